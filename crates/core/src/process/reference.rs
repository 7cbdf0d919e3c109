//! The reference of the process file for people; made from the same description that the reader checks against.

use std::fmt::Write as _;

use super::spec::{COMMON, Field, KindSpec, TABLES, Type};
use crate::template::BUILT_IN;

/// Returns every table, kind of step, common key and placeholder as Markdown.
pub fn markdown(kinds: &[&KindSpec]) -> String {
    let mut page = String::from("## Tables\n");
    for table in TABLES {
        let (open, close) = if matches!(table.ty, Type::Map(_)) { ("[", ".NAME]") } else { ("[", "]") };
        match fields_of(&table.ty) {
            Some(fields) => {
                section(&mut page, &format!("`{open}{}{close}`: {}", table.key, table.doc), fields.iter());
                inner(&mut page, &format!("{open}{}{close}", table.key), fields);
            }
            None => {
                let _ = write!(page, "\n### `{}`\n\n{}: {}.\n", table.key, takes(&table.ty), table.doc);
            }
        }
    }
    page.push_str(
        "\n## Kinds of steps\n\nA step is one `[[phase.NAME]]` table; exactly one of these keys says what it is.\n",
    );
    for kind in kinds {
        let own = Field { required: true, ..kind.value };
        let nested = fields_of(&kind.value.ty).unwrap_or_default();
        section(
            &mut page,
            &format!("`{}`: {}", kind.value.key, kind.value.doc),
            [own].iter().chain(nested).chain(kind.fields),
        );
    }
    page.push_str("\n## Keys of every step\n");
    rows(&mut page, COMMON.iter());
    page.push_str("\n## Placeholders\n\n| placeholder | stands for |\n|---|---|\n");
    for (name, meaning) in BUILT_IN {
        let _ = writeln!(page, "| `{{{name}}}` | {meaning} |");
    }
    page.push_str("| `{NAME}` | what a person answered to a `manual` step with `value = \"NAME\"` |\n");
    page
}

fn section<'a>(page: &mut String, title: &str, fields: impl Iterator<Item = &'a Field>) {
    let _ = writeln!(page, "\n### {title}");
    rows(page, fields);
}

/// The tables inside a table, each once, with the keys under which it stands.
fn inner(page: &mut String, outer: &str, fields: &'static [Field]) {
    let mut seen: Vec<&'static [Field]> = Vec::new();
    for table in fields.iter().filter_map(|field| fields_of(&field.ty)) {
        if seen.iter().any(|known| std::ptr::eq(*known, table)) {
            continue;
        }
        seen.push(table);
        let same = |field: &&Field| fields_of(&field.ty).is_some_and(|other| std::ptr::eq(other, table));
        let keys: Vec<_> = fields.iter().filter(same).map(|field| format!("`{}`", field.key)).collect();
        let _ = writeln!(page, "\n#### {} of `{outer}`", keys.join(", "));
        rows(page, table.iter());
        inner(page, keys[0].trim_matches('`'), table);
    }
}

fn rows<'a>(page: &mut String, fields: impl Iterator<Item = &'a Field>) {
    page.push_str("\n| key | takes | meaning |\n|---|---|---|\n");
    for field in fields {
        let required = if field.required { " (required)" } else { "" };
        let _ = writeln!(page, "| `{}`{required} | {} | {} |", field.key, takes(&field.ty), field.doc);
    }
}

fn fields_of(ty: &Type) -> Option<&'static [Field]> {
    match ty {
        Type::Table(fields) | Type::Short(_, fields) => Some(fields),
        Type::Map(inner) | Type::List(inner) => fields_of(inner),
        _ => None,
    }
}

fn takes(ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Template(_) => "text with placeholders".to_owned(),
        Type::Plain(_) => "text".to_owned(),
        Type::Command => "a command".to_owned(),
        Type::Flag => "`true` or `false`".to_owned(),
        Type::Count(most) => format!("0 to {most}"),
        Type::Duration => "a length of time".to_owned(),
        Type::Notation(notation) => notation.takes.to_owned(),
        Type::Word => "a name".to_owned(),
        Type::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Type::Glob => "a path or pattern".to_owned(),
        Type::List(inner) => format!("{}, or a list", takes(inner)),
        Type::Table(fields) => {
            format!("a table: {}", fields.iter().map(|field| format!("`{}`", field.key)).collect::<Vec<_>>().join(", "))
        }
        Type::Short(inner, _) => format!("{} or a table (below)", takes(inner)),
        Type::Map(inner) => format!("a table of names, each {}", takes(inner)),
    }
}
