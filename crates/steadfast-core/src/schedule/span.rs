//! Lengths of time by the calendar: days, weeks, months and years.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::frame::Date;

/// The longest span either way: no study plans further, and no day of a four-digit year leaves the calendar.
const MOST_DAYS: i32 = 200 * 366;
const MOST_MONTHS: i32 = 200 * 12;

/// A length of time in days or in calendar months, such as `14 weeks`, `15 months`, `2.5 years`, `-10 days`.
///
/// Weeks are 7 days, years are 12 months. **n months after a day** is the day of the same number n calendar months
/// later, or the last day of that month where the month is too short: 31 January + 1 month is 28 February, in leap
/// years 29 February; 29 February 2020 + 12 months is 28 February 2021.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    months: i32,
    days: i32,
}

impl Span {
    /// `days` days.
    pub fn days(days: i32) -> Self {
        Self { months: 0, days: days.clamp(-MOST_DAYS, MOST_DAYS) }
    }

    /// `months` calendar months.
    pub fn months(months: i32) -> Self {
        Self { months: months.clamp(-MOST_MONTHS, MOST_MONTHS), days: 0 }
    }

    /// The number of months, unless the span is of days.
    pub fn in_months(self) -> Option<i32> {
        (self.days == 0).then_some(self.months)
    }

    /// The day that lies this span after `day`; `None` beyond the calendar of four-digit years.
    pub fn after(self, day: Date) -> Option<Date> {
        if self.months == 0 {
            return Some(Date(day.0.checked_add(self.days)?));
        }
        let (year, month, of_month) = day.ymd();
        let counted = year.checked_mul(12)?.checked_add(month as i32 - 1 + self.months)?;
        let (year, month) = (counted.div_euclid(12), counted.rem_euclid(12) as u32 + 1);
        (1..=of_month).rev().find_map(|of_month| Date::from_ymd(year, month, of_month))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match (self.months, self.days) {
            (0, days) if days != 0 && days % 7 == 0 => (days / 7, "week"),
            (0, days) => (days, "day"),
            (months, _) => (months, "month"),
        };
        write!(f, "{number} {unit}{}", if number.abs() == 1 { "" } else { "s" })
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || {
            let how = "write a whole number of days, weeks or months, or years that are whole months";
            Error::usage("unknown_span", format!("`{text}` is no length of time; {how}, such as `14 weeks`"))
        };
        let (number, unit) = text.trim().split_once(' ').ok_or_else(unknown)?;
        let number: f64 = number.parse().map_err(|_| unknown())?;
        let (counted, is_months) = match unit.trim() {
            "day" | "days" => (number, false),
            "week" | "weeks" => (7.0 * number, false),
            "month" | "months" => (number, true),
            "year" | "years" => (12.0 * number, true),
            _ => return Err(unknown()),
        };
        let most = f64::from(if is_months { MOST_MONTHS } else { MOST_DAYS });
        if counted.fract().abs() > 0.0 || counted.is_nan() || counted.abs() > most {
            return Err(unknown());
        }
        Ok(if is_months { Self::months(counted as i32) } else { Self::days(counted as i32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    fn later(span: &str, from: Date) -> Date {
        span.parse::<Span>().unwrap().after(from).unwrap()
    }

    #[test]
    fn a_month_after_the_last_of_january_is_the_last_of_february() {
        assert_eq!(later("1 month", day(2023, 1, 31)), day(2023, 2, 28));
        assert_eq!(later("1 month", day(2024, 1, 31)), day(2024, 2, 29));
        assert_eq!(later("1 month", day(2024, 1, 30)), day(2024, 2, 29));
        // Not two steps of one month, which would end on 29 March.
        assert_eq!(later("2 months", day(2024, 1, 31)), day(2024, 3, 31));
        assert_eq!(later("13 months", day(2019, 12, 31)), day(2021, 1, 31));
    }

    #[test]
    fn a_year_after_the_leap_day_is_the_last_of_february() {
        assert_eq!(later("1 year", day(2020, 2, 29)), day(2021, 2, 28));
        assert_eq!(later("4 years", day(2020, 2, 29)), day(2024, 2, 29));
        assert_eq!(later("2.5 years", day(2021, 8, 31)), day(2024, 2, 29));
        // 1900 was no leap year, 2000 was one.
        assert_eq!(later("12 months", day(1899, 2, 28)), day(1900, 2, 28));
        assert_eq!(later("1200 months", day(1900, 2, 28)), day(2000, 2, 28));
    }

    #[test]
    fn months_go_back_and_weeks_are_seven_days() {
        assert_eq!(later("-1 month", day(2024, 3, 31)), day(2024, 2, 29));
        assert_eq!(later("-13 months", day(2024, 1, 15)), day(2022, 12, 15));
        assert_eq!(later("4 weeks", day(2024, 2, 15)), day(2024, 3, 14));
        assert_eq!(later("-1 day", day(2024, 3, 1)), day(2024, 2, 29));
    }

    #[test]
    fn a_span_is_written_as_it_is_read() {
        for text in ["15 months", "1 month", "14 weeks", "10 days", "-4 weeks", "0 days", "30 months"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("2.5 years".parse::<Span>().unwrap(), Span::months(30));
        assert_eq!("0 months".parse::<Span>().unwrap(), Span::days(0));
    }

    #[test]
    fn what_is_no_whole_number_of_days_or_months_is_refused() {
        for text in ["15", "months", "1.5 months", "0.1 years", "2 moons", "", "1e9 days", "nan days", "201 years"] {
            assert_eq!(text.parse::<Span>().unwrap_err().code(), "unknown_span", "{text}");
        }
    }
}
