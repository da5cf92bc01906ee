//! Lists of choices as REDCap writes them: `1, Male | 2, Female`.

use steadfast_core::frame::Code;

/// The codes and labels of `text`; a label may have commas, and a part without one is code and label.
pub(super) fn choices(text: &str) -> Vec<Code> {
    let parts = text.split(['|', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (code, label) = part.split_once(',').unwrap_or((part, part));
            Code::new(code.trim()).with_label(label.trim())
        })
        .collect()
}

/// The name of the column that holds a choice of a checkbox: REDCap writes what is no letter or digit as `_`.
pub(super) fn checkbox(field: &str, code: &str) -> String {
    let code: String = code.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{field}___{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_have_commas_and_the_last_bar_may_be_left_open() {
        let found = choices("1, Yes, always | -2 ,No|");
        let found: Vec<_> = found.iter().map(|code| (code.code(), code.label().unwrap())).collect();
        assert_eq!(found, [("1", "Yes, always"), ("-2", "No")]);
    }

    #[test]
    fn a_choice_of_a_checkbox_has_its_own_column() {
        assert_eq!(checkbox("meds", "1"), "meds___1");
        assert_eq!(checkbox("meds", "-9"), "meds____9");
        assert_eq!(checkbox("meds", "NaSSA"), "meds___nassa");
    }
}
