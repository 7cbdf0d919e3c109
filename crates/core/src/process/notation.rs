//! Small notations inside strings: days, times, zones, rules, distances, ways to count, addresses of buckets.

use super::diagnostic::Problem;
use super::object_store::{self, S3Url};
use super::target;
use crate::attest::key;
use crate::calendar::offset::Offset;
use crate::calendar::rule::Recurrence;
use crate::calendar::time;
use crate::history::Scheme;

/// A notation: what it is called, what it looks like, and how a text is checked.
#[derive(Debug, Clone, Copy)]
pub struct Notation {
    /// What a key takes that is written so, for people.
    pub takes: &'static str,
    /// A regular expression that every text in the notation matches, for editors.
    pub pattern: &'static str,
    /// What is wrong with a text, at its place within the text; `0..0` is the text as a whole.
    pub check: fn(&str) -> Result<(), Problem>,
}

/// A day.
pub const DAY: Notation = Notation {
    takes: "a day such as `2026-12-18`",
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    check: |text| whole(time::day(text)),
};

/// A time of day.
pub const TIME_OF_DAY: Notation = Notation {
    takes: "a time of day such as `09:30`",
    pattern: "^[0-9]{2}:[0-9]{2}$",
    check: |text| whole(time::time_of_day(text)),
};

/// A time zone.
pub const ZONE: Notation = Notation {
    takes: "a time zone such as `Europe/Berlin`",
    pattern: "^[A-Za-z0-9_+/-]+$",
    check: |text| {
        time::zone(text).map(drop).map_err(|bad| {
            let (names, named) = (time::zones(), Problem::new(0..0, bad.to_string()));
            let near = names.iter().any(|name| strsim::damerau_levenshtein(text, name) <= 1 + name.len() / 3);
            match near {
                true => named.nearest(text, names.iter().map(String::as_str)),
                false => named.help("a name of the tz database is expected, as in `UTC` or `Europe/Berlin`"),
            }
        })
    },
};

/// A recurrence rule.
pub const RULE: Notation = Notation {
    takes: "a rule such as `FREQ=YEARLY`",
    pattern: "^[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*$",
    check: |text| match Recurrence::parse(text) {
        Ok(_) => Ok(()),
        Err(bad) => Err(Problem::new(bad.part.clone(), bad.to_string())),
    },
};

/// A distance in days.
pub const DISTANCE: Notation = Notation {
    takes: "a distance such as `5 business days`",
    pattern: "^[0-9]+ (day|days|business day|business days|week|weeks)$",
    check: |text| whole(Offset::parse(text)),
};

/// A way to count versions.
pub const SCHEME: Notation = Notation {
    takes: "`semver`, or parts of a date such as `YYYY.MM.MICRO`",
    pattern: "^(semver|(YYYY|YY|MM|WW|DD)\\.(YYYY|YY|MM|WW|DD|MINOR|MICRO)\\.(MINOR|MICRO))$",
    check: |text| whole(text.parse::<Scheme>()),
};

/// The address of a bucket.
pub const S3_URL: Notation = Notation {
    takes: "an address such as `s3://bucket/prefix`",
    pattern: "^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?$",
    check: |text| whole(text.parse::<S3Url>()),
};

/// The name of an environment variable.
pub const VARIABLE: Notation = Notation {
    takes: "the name of an environment variable, such as `PYPI_TOKEN`",
    pattern: "^[A-Z_][A-Z0-9_]*$",
    check: |text| whole(target::variable(text)),
};

/// A public key.
pub const PUBLIC_KEY: Notation = Notation {
    takes: "a public key as `openssl pkey -in KEY -pubout` prints it",
    pattern: "^[A-Za-z0-9+/=\\s-]+$",
    check: |text| whole(key::check(text)),
};

/// The address of a place where something is published.
pub const ADDRESS: Notation = Notation {
    takes: "an address such as `https://example.org/upload/`",
    pattern: "^((sparse[+])?https?|oci|s3)://[^/@?#][^@?#]*$",
    check: |text| whole(target::address(text)),
};

/// The address of a service.
pub const ENDPOINT: Notation = Notation {
    takes: "an address such as `https://s3.example.org`",
    pattern: "^https?://[A-Za-z0-9.:\\[\\]-]+/?$",
    check: |text| whole(object_store::endpoint(text)),
};

/// The name of a region.
pub const REGION: Notation = Notation {
    takes: "a region such as `eu-central-1`",
    pattern: "^[a-z0-9-]+$",
    check: |text| whole(object_store::region(text)),
};

fn whole<T>(read: Result<T, impl std::fmt::Display>) -> Result<(), Problem> {
    read.map(drop).map_err(|bad| Problem::new(0..0, bad.to_string()))
}
