//! The collection year of England's return, and anniversaries of days.

use crate::frame::Date;

/// A collection year, named after the calendar year in which it ends: 2023 is 1 April 2022 to 31 March 2023.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionYear(pub i32);

impl CollectionYear {
    /// The collection year in which `day` lies.
    pub fn of(day: Date) -> Self {
        let (year, month, _) = day.ymd();
        Self(if month >= 4 { year + 1 } else { year })
    }

    /// 1 April of the year before.
    pub fn first_day(self) -> Date {
        day_of(self.0 - 1, 4, 1)
    }

    /// 31 March.
    pub fn last_day(self) -> Date {
        day_of(self.0, 3, 31)
    }
}

/// The day, or the last day of that month when the month is too short (29 February becomes 28).
fn day_of(year: i32, month: u32, day: u32) -> Date {
    // The shortest month has 28 days, so that one of four attempts succeeds for every year of the calendar.
    (0..4).find_map(|less| Date::from_ymd(year, month, day.checked_sub(less)?)).unwrap_or(Date(i32::MIN))
}

/// The day `months` months before `day`, or the last day of that month when it is too short.
pub(super) fn months_before(day: Date, months: i32) -> Date {
    let (year, month, day) = day.ymd();
    let index = year * 12 + month as i32 - 1 - months;
    day_of(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, day)
}

/// Completed years from `born` to `day`; somebody born on 29 February completes them on 1 March of other years.
pub(super) fn age(born: Date, day: Date) -> i32 {
    let ((y0, m0, d0), (y1, m1, d1)) = (born.ymd(), day.ymd());
    y1 - y0 - i32::from((m1, d1) < (m0, d0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn a_collection_year_runs_from_april_to_march() {
        let year = CollectionYear(2024);
        assert_eq!((year.first_day(), year.last_day()), (day(2023, 4, 1), day(2024, 3, 31)));
        assert_eq!(CollectionYear::of(day(2024, 3, 31)), year);
        assert_eq!(CollectionYear::of(day(2024, 4, 1)), CollectionYear(2025));
        // 366 days, for 29 February 2024 lies in it.
        assert_eq!(year.last_day().0 - year.first_day().0 + 1, 366);
    }

    #[test]
    fn months_before_end_with_the_month_that_is_too_short() {
        // 31 March 2023 less 30 months is 30 September 2020; less 2 years 31 March 2021.
        assert_eq!(months_before(day(2023, 3, 31), 30), day(2020, 9, 30));
        assert_eq!(months_before(day(2023, 3, 31), 24), day(2021, 3, 31));
        assert_eq!(months_before(day(2024, 2, 29), 12), day(2023, 2, 28));
        assert_eq!(months_before(day(2024, 1, 2), 1), day(2023, 12, 2));
    }

    #[test]
    fn a_leap_day_child_is_a_year_older_on_the_first_of_march() {
        let born = day(2008, 2, 29);
        assert_eq!(age(born, day(2024, 2, 28)), 15);
        assert_eq!(age(born, day(2024, 2, 29)), 16);
        assert_eq!(age(born, day(2023, 2, 28)), 14);
        assert_eq!(age(born, day(2023, 3, 1)), 15);
    }
}
