//! The histories as somebody reads them first: how many of what, and the indicators with their rules.

use std::fmt::Write as _;

use steadfast_core::episodes::StabilityRule;

use super::{PlacementSummary, Source};

impl PlacementSummary {
    /// The summary for a terminal.
    pub fn text(&self) -> String {
        let source = match self.source {
            Source::Ssda903 => "SSDA903 episodes",
            Source::Spells => "spells",
        };
        let mut text = format!("Placement histories of {} children, observed up to {}\n\n", self.children, self.cut);
        for (label, count) in [
            (source, self.rows),
            ("periods of care", self.periods),
            ("  begun before the data", self.truncated_periods),
            ("entries after the first", self.re_entries),
            ("placements", self.placements),
            ("  of no length", self.placements_of_no_length),
            ("moves", self.moves),
            ("temporary, bridged", self.bridged),
            ("repairs made", self.repairs.len()),
        ] {
            let _ = writeln!(text, "  {label:26}{count:>10}");
        }
        text.push_str(&self.stability());
        for repair in &self.repairs {
            let _ = writeln!(
                text,
                "repair[{}] {} row {}: merged into {} row {}",
                repair.rule, repair.file, repair.row, repair.kept_file, repair.kept_row
            );
        }
        for file in &self.files {
            let _ = writeln!(text, "wrote {file}");
        }
        text
    }

    fn stability(&self) -> String {
        if self.indicators.is_empty() {
            return "\nNo indicator of stability: no collection year asked for ends by that day.\n\n".to_owned();
        }
        let mut text = "\nStability by collection year (1 April to 31 March)\n".to_owned();
        for rule in StabilityRule::ALL {
            let _ = writeln!(text, "\n  {}\n  Rule: {}", rule.name(), rule.text());
            for row in self.indicators.iter().filter(|row| row.indicator == rule.name()) {
                let share = row.share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
                let unknown = match row.undetermined {
                    0 => String::new(),
                    children => format!(" ({children} children undetermined, in neither count)"),
                };
                let _ = writeln!(text, "  {}  {} of {}: {share}{unknown}", row.year, row.numerator, row.denominator);
            }
        }
        text.push('\n');
        text
    }
}
