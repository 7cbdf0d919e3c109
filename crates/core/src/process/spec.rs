//! The grammar of the process file as data: which keys there are, what they take, what they mean.
//!
//! From this one description come the strict reader, its messages, and the JSON Schema for editors. A kind of step is described by
//! a [`KindSpec`]; the crate that performs steps has the list of them.

use serde::{Deserialize, Serialize};

use super::notation::{
    ADDRESS, DAY, DISTANCE, ENDPOINT, Notation, PUBLIC_KEY, REGION, RULE, S3_URL, SCHEME, TIME_OF_DAY, VARIABLE, ZONE,
};
use crate::calendar::time::WEEKDAYS;

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key as it is written.
    pub key: &'static str,
    /// What it takes.
    pub ty: Type,
    /// Whether the table is wrong without it.
    pub required: bool,
    /// What it means, for people and editors.
    pub doc: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Free text, shown to people.
    Text,
    /// Text with placeholders that becomes one of these.
    Template(Becomes),
    /// One of these as it is written, without placeholders.
    Plain(Becomes),
    /// A program's call; a string or a list of strings.
    Command,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to this.
    Count(u32),
    /// A length of time such as `24h`; kept in seconds.
    Duration,
    /// Text in a notation of its own, such as a day.
    Notation(&'static Notation),
    /// A name.
    Word,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A path, or a pattern with `*` and `**`.
    Glob,
    /// A list of what the inner type takes; a single value is a list of one.
    List(&'static Type),
    /// A table with these keys.
    Table(&'static [Field]),
    /// A table whose keys are names and whose values are all alike.
    Map(&'static Type),
    /// One value where that is enough, otherwise a table with these keys.
    Short(&'static Type, &'static [Field]),
}

/// What a template becomes once its placeholders are filled in; checked with sample values when the process is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// One line or more of text.
    Text,
    /// A branch.
    Branch,
    /// A tag.
    Tag,
    /// A path inside the repository.
    Path,
    /// A branch or a tag.
    Ref,
}

/// What a kind of step is to the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Looks at the candidate and answers passed or failed.
    Check,
    /// Makes a state true outside, and can take it back.
    Effect,
    /// Makes a state true outside for good: the first of these is the point of no return.
    IrreversibleEffect,
    /// Observes for a length of time; the kind's own value is that length.
    Watch,
    /// Asks people of the named roles for their sign-off.
    SignOff,
    /// Asks a person to do something and to say so.
    Manual,
}

/// How a step is called where its table does not say `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By its kind: `tag`.
    Kind,
    /// By its kind and value: `publish-pypi`.
    KindAndValue,
    /// By the telling words of its command: `lint`.
    Command,
}

/// A kind of step: its key, what it takes, and what it is to the plan.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// The key that says what the step is, and its own value.
    pub value: Field,
    /// The other keys that it understands, beside the common ones.
    pub fields: &'static [Field],
    /// What it is to the plan.
    pub shape: Shape,
    /// How it is called.
    pub naming: Naming,
    /// Whether its result holds for the whole release, whatever becomes the candidate.
    pub once: bool,
}

impl Field {
    /// A key that may be left out.
    pub const fn new(key: &'static str, ty: Type, doc: &'static str) -> Self {
        Self { key, ty, required: false, doc }
    }

    /// The same key, but the table is wrong without it.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The keys that every step understands.
pub const COMMON: &[Field] = &[
    Field::new("id", Type::Word, "the step's name within its phase; derived from the step where it is left out"),
    Field::new(
        "when",
        Type::List(&Type::Text),
        "kinds of release that the step is for, `not KIND`, `prerelease` or `not prerelease`; all where it is left out",
    ),
    Field::new(
        "needs",
        Type::List(&Type::Text),
        "steps that must be done first, as `phase/step` or as a step of the same phase",
    ),
    Field::new(
        "inputs",
        Type::List(&Type::Template(Becomes::Path)),
        "files and folders that the result depends on: it carries over to a new candidate in which they are the same",
    ),
    Field::new("timeout", Type::Duration, "how long the step may take, such as `20m`"),
    Field::new("retries", Type::Count(10), "how often a failed attempt is repeated before it counts"),
    Field::new("evidence", Type::List(&Type::Glob), "files that the step leaves behind and that are kept as evidence"),
    Field::new("role", Type::Word, "the role that is responsible for the step"),
    Field::new("optional", Type::Flag, "whether the release may go on when the step fails"),
    Field::new(
        "uses",
        Type::List(&Type::Word),
        "things that the step needs to itself, such as a port: in a parallel phase no two steps that use one run at the same time",
    ),
    Field::new("exclusive", Type::Flag, "whether no other step may run at the same time"),
    Field::new("once", Type::Flag, "whether the result holds for the whole release, whatever becomes the candidate"),
];

/// `[project]`
pub const PROJECT: &[Field] = &[
    Field::new("name", Type::Text, "the project's name: letters, digits, `.`, `_` and `-`").required(),
    Field::new("forge", Type::Text, "where issues and pull requests live, such as `github:owner/name`"),
    Field::new(
        "remote",
        Type::Word,
        "the git remote that holds branches, tags and the ledger; `origin` where it is left out",
    ),
    Field::new("trunk", Type::Plain(Becomes::Branch), "the branch that the process is read from").required(),
    Field::new(
        "integration",
        Type::Plain(Becomes::Branch),
        "the branch that releases are cut from, where it is not the trunk",
    ),
    Field::new(
        "ledger",
        Type::Plain(Becomes::Branch),
        "the branch of the ledger; `allclear/ledger` where it is left out",
    ),
    Field::new("changelog", Type::Plain(Becomes::Path), "the changelog"),
    Field::new(
        "archive",
        Type::Template(Becomes::Path),
        "the folder that a release is archived in, such as `docs/releases/{version}`",
    ),
    Field::new(
        "secrets",
        Type::List(&Type::Text),
        "environment variables whose values are never shown or kept, beside those with the usual names",
    ),
];

const WEEKLY: &[Field] = &[
    Field::new("weeks", Type::Choice(&["every", "odd", "even"]), "which ISO weeks").required(),
    Field::new(
        "interval",
        Type::Count(52),
        "with `every`: how many weeks from one to the next, counted from `anchor`; 1 where it is left out",
    ),
    Field::new("anchor", Type::Notation(&DAY), "a day of a release week, where weeks are counted"),
    Field::new(
        "year-end",
        Type::Choice(&["strict", "every-two-weeks"]),
        "with `odd` and `even`, after a year with 53 weeks: still odd or even weeks, or every two weeks from `anchor`; `strict` where it is left out",
    ),
    Field::new("weekday", Type::Choice(&WEEKDAYS), "the day of the week").required(),
    Field::new("at", Type::Notation(&TIME_OF_DAY), "the time of day; `00:00` where it is left out"),
    Field::new("timezone", Type::Notation(&ZONE), "the time zone; `UTC` where it is left out"),
    Field::new(
        "on-freeze",
        Type::Choice(&["next-week", "next-day", "skip"]),
        "a run in a freeze: on the same weekday of the next free week, on the next free business day, or not at all; `next-week` where it is left out",
    ),
    Field::new("skip", Type::List(&Type::Table(SKIP)), "runs that are left out"),
    Field::new("milestones", Type::List(&Type::Table(MILESTONE)), "what is due before and after a run"),
];

const SKIP: &[Field] = &[
    Field::new("on", Type::Notation(&DAY), "the run's day").required(),
    Field::new("reason", Type::Text, "why").required(),
];

const MILESTONE: &[Field] = &[
    Field::new("name", Type::Text, "what is due").required(),
    Field::new("before", Type::Notation(&DISTANCE), "how long before the run"),
    Field::new("after", Type::Notation(&DISTANCE), "how long after the run"),
];

const FREEZE: &[Field] = &[
    Field::new("from", Type::Notation(&DAY), "the first day").required(),
    Field::new("until", Type::Notation(&DAY), "the last day"),
    Field::new("days", Type::Count(366), "how many days it has, instead of `until`"),
    Field::new("rule", Type::Notation(&RULE), "how it recurs, as in RFC 5545"),
    Field::new("reason", Type::Text, "why").required(),
];

/// `[cadence]`
pub const CADENCE: &[Field] = &[
    Field::new("minor", Type::Table(WEEKLY), "when minor releases are due; whenever needed where it is left out"),
    Field::new("major", Type::Table(WEEKLY), "when major releases are due; whenever needed where it is left out"),
    Field::new("patch", Type::Table(WEEKLY), "when patch releases are due; whenever needed where it is left out"),
    Field::new("freeze", Type::List(&Type::Table(FREEZE)), "days on which nothing is released"),
];

const VERSION_FILE: &[Field] = &[
    Field::new("file", Type::Glob, "the file").required(),
    Field::new(
        "path",
        Type::Text,
        "the key whose value is the version, in a YAML, JSON or TOML file, such as `image.tag`; nothing else in the file changes",
    ),
    Field::new(
        "pattern",
        Type::Text,
        "the words around the version in any text, as they stand there, with `{version}` in its place",
    ),
    Field::new("count", Type::Count(1000), "how often the pattern stands in the file; 1 where it is left out"),
    Field::new(
        "spelling",
        Type::Choice(&["semver", "pep440"]),
        "how the version is spelled there (`1.4.0-rc.1` or `1.4.0rc1`); `semver` where it is left out",
    ),
];

/// `[versions]`
pub const VERSIONS: &[Field] = &[
    Field::new(
        "files",
        Type::List(&Type::Short(&Type::Glob, VERSION_FILE)),
        "every file in which the version stands: `pyproject.toml`, `package.json`, `Cargo.toml`, `Chart.yaml` by their names, any \
         other by a table; lockfiles, and what packages of the repository ask of each other, follow by themselves",
    )
    .required(),
    Field::new("scheme", Type::Notation(&SCHEME), "how versions are counted; `semver` where it is left out"),
];

/// `[changelog]`
pub const CHANGELOG: &[Field] = &[
    Field::new(
        "fragments",
        Type::Plain(Becomes::Path),
        "the folder of changelog fragments: `.changeset` is read as changesets, any other as towncrier's",
    ),
    Field::new("internal", Type::Flag, "whether work that no user sees is told: tests, builds, upkeep"),
    Field::new("authors", Type::Flag, "whether authors and co-authors are named behind each change"),
    Field::new(
        "issues",
        Type::Map(&Type::Text),
        "prefixes of issues that are kept elsewhere, in lower case, and their address: `proj = \"https://example.org/{issue}\"`",
    ),
    Field::new(
        "paths",
        Type::List(&Type::Glob),
        "only commits that touch these files are told; all where it is left out",
    ),
    Field::new("template", Type::Plain(Becomes::Path), "a Jinja template for what an entry says below its heading"),
];

/// `[people.NAME]`
pub const PERSON: &[Field] = &[
    Field::new("name", Type::Text, "the person's name, for people"),
    Field::new("emails", Type::List(&Type::Text), "the e-mail addresses of the person's git identity"),
    Field::new("github", Type::Text, "the person's login at the forge"),
    Field::new("keys", Type::List(&Type::Text), "the person's SSH public keys"),
];

/// `[roles]`
pub const ROLE: &[Field] = &[
    Field::new("members", Type::List(&Type::Word), "the people who may speak for the role").required(),
    Field::new("quorum", Type::Count(100), "how many of them must; 1 where it is left out"),
    Field::new(
        "class",
        Type::Choice(&["recorded", "forge", "signed"]),
        "the weakest class of sign-off that counts; `recorded` where it is left out",
    ),
    Field::new("separate", Type::Flag, "whether the person who opened the release does not count"),
];

/// `[targets.NAME]`
pub const TARGET: &[Field] = &[
    Field::new("folder", Type::Text, "publish into this folder; relative to the repository"),
    Field::new("url", Type::Notation(&ADDRESS), "publish to the service at this address"),
    Field::new(
        "index",
        Type::Notation(&ADDRESS),
        "with `url`: where an index of Python packages is read, where `url` does not tell",
    ),
    Field::new("user", Type::Text, "with `url`: the user who publishes"),
    Field::new(
        "token",
        Type::Notation(&VARIABLE),
        "with `url` or `send`: the environment variable that holds the token or password",
    ),
    Field::new(
        "endpoint",
        Type::Notation(&ENDPOINT),
        "with `url = \"s3://…\"`: where the service answers; AWS's own address where it is left out",
    ),
    Field::new(
        "region",
        Type::Notation(&REGION),
        "with `url = \"s3://…\"`: the region of the bucket; `us-east-1` where it is left out",
    ),
    Field::new(
        "pointers",
        Type::List(&Type::Template(Becomes::Text)),
        "names that follow the newest release, such as `latest` and `{major}.{minor}`; they never move backwards",
    ),
    Field::new(
        "probe",
        Type::Command,
        "with `send`: a command that prints the SHA-256 of what is there under `$ALLCLEAR_NAME`, or nothing",
    ),
    Field::new(
        "send",
        Type::Command,
        "with `probe`: a command that publishes the file `$ALLCLEAR_FILE` under `$ALLCLEAR_NAME`",
    ),
];

/// `[environments.NAME]`
pub const ENVIRONMENT: &[Field] = &[
    Field::new("folder", Type::Text, "deploy into this folder; relative to the repository").required(),
    Field::new("url", Type::Text, "where the environment answers, such as `https://staging.example.org`"),
];

/// `[ci]`
pub const CI: &[Field] = &[Field::new(
    "folder",
    Type::Text,
    "where CI writes what it found, one file `<commit>.json` for each commit; relative to the repository",
)
.required()];

/// `[object-store]`
pub const OBJECT_STORE: &[Field] = &[
    Field::new("folder", Type::Text, "a folder, such as a shared drive; relative to the repository"),
    Field::new("url", Type::Notation(&S3_URL), "a bucket of AWS or of any service that speaks S3, and where in it"),
    Field::new(
        "endpoint",
        Type::Notation(&ENDPOINT),
        "with `url`: where the service answers; AWS's own address where it is left out",
    ),
    Field::new(
        "region",
        Type::Notation(&REGION),
        "with `url`: the region of the bucket; `us-east-1` where it is left out",
    ),
];

/// `[signing]`
pub const SIGNING: &[Field] = &[
    Field::new(
        "key",
        Type::Notation(&VARIABLE),
        "the environment variable that holds the private key (PKCS#8 as PEM), or the path of a file with it",
    )
    .required(),
    Field::new("public", Type::Notation(&PUBLIC_KEY), "the public key that counts, as PEM or its base64 alone")
        .required(),
];

/// The tables of the process file beside `[kinds]` and `[[phase.NAME]]`.
pub const TABLES: &[Field] = &[
    Field::new("project", Type::Table(PROJECT), "what is released").required(),
    Field::new("cadence", Type::Table(CADENCE), "when releases are due"),
    Field::new("versions", Type::Table(VERSIONS), "where the version stands"),
    Field::new("changelog", Type::Table(CHANGELOG), "how changes are told"),
    Field::new("people", Type::Map(&Type::Table(PERSON)), "who can be asked"),
    Field::new("roles", Type::Map(&Type::Table(ROLE)), "what people speak for"),
    Field::new("targets", Type::Map(&Type::Table(TARGET)), "where releases are published"),
    Field::new("environments", Type::Map(&Type::Table(ENVIRONMENT)), "where releases are deployed"),
    Field::new("ci", Type::Table(CI), "where continuous integration tells what it found"),
    Field::new(
        "object-store",
        Type::Table(OBJECT_STORE),
        "where evidence goes that is too large for the ledger: either `folder` or `url`",
    ),
    Field::new("signing", Type::Table(SIGNING), "the key that signs what `attest` says of the artifacts"),
    Field::new(
        "kinds",
        Type::Map(&Type::List(&Type::Word)),
        "the phases that each kind of release goes through, in order",
    ),
    Field::new("parallel", Type::List(&Type::Word), "phases whose steps do not wait for each other"),
];
