//! Scores on the scale of a reference population, within informant: informants are not interchangeable.

use super::report::moments;

/// z = (x − mean)/SD within each group, the mean and the standard deviation (n − 1) being those of the group's rows that are of
/// the reference. A row without a value, or whose group has no two different reference values, has none.
pub fn standardised(values: &[Option<f64>], groups: &[Option<u32>], reference: &[bool]) -> Vec<Option<f64>> {
    let n_groups = groups.iter().flatten().max().map_or(0, |&last| last as usize + 1);
    let mut of_group = vec![Vec::new(); n_groups];
    for ((value, group), &is_reference) in values.iter().zip(groups).zip(reference) {
        if let (Some(value), Some(group), true) = (value, group, is_reference) {
            of_group[*group as usize].push(*value);
        }
    }
    let scales: Vec<(Option<f64>, Option<f64>)> = of_group.into_iter().map(moments).collect();
    let z = |(value, group): (&Option<f64>, &Option<u32>)| {
        let (mean, std_dev) = scales[(*group)? as usize];
        let std_dev = std_dev.filter(|std_dev| *std_dev > 0.0)?;
        Some(((*value)? - mean?) / std_dev)
    };
    values.iter().zip(groups).map(z).collect()
}
