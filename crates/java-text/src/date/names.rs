//! The English names of eras, months, days and halves of the day; short and long as CLDR has them.

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Sunday.
pub(super) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) const HALVES: [&str; 2] = ["AM", "PM"];

/// Short and long, before and after.
pub(super) const ERAS: [(&str, &str); 2] = [("BC", "Before Christ"), ("AD", "Anno Domini")];

/// The short name of a month or day: its first three letters.
pub(super) fn short(name: &'static str) -> &'static str {
    name.get(..3).unwrap_or(name)
}

pub(super) const UTC: (&str, &str) = ("UTC", "Coordinated Universal Time");
