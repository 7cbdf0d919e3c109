//! A unified difference of two texts, as `git apply` takes it.
//!
//! An edit of values pairs the lines of the two texts, so nothing has to be searched for: a general algorithm takes seconds for a
//! lockfile in which every tenth line is another.

use std::fmt::Write as _;
use std::ops::Range;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Returns the difference of a file, empty where there is none.
pub(crate) fn diff(path: &str, before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let mut text = format!("--- a/{path}\n+++ b/{path}\n");
    let hunks = match before.len() == after.len() {
        true => hunks((0..before.len()).filter(|line| before[*line] != after[*line]), before.len()),
        // A value of several lines became one of a single line: the whole file is shown.
        false => vec![(0..before.len(), 0..after.len())],
    };
    if hunks.is_empty() {
        return String::new();
    }
    for (old, new) in hunks {
        let _ = writeln!(text, "@@ -{} +{} @@", place(&old), place(&new));
        write_hunk(&mut text, &before[old], &after[new]);
    }
    text
}

/// Ranges of lines with a change in them and some around, those that touch joined.
fn hunks(changed: impl Iterator<Item = usize>, lines: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for line in changed {
        let (start, end) = (line.saturating_sub(CONTEXT), (line + CONTEXT + 1).min(lines));
        match hunks.last_mut().filter(|last| start <= last.end) {
            Some(last) => last.end = end,
            None => hunks.push(start..end),
        }
    }
    hunks.into_iter().map(|hunk| (hunk.clone(), hunk)).collect()
}

fn place(lines: &Range<usize>) -> String {
    if lines.is_empty() { "0,0".to_owned() } else { format!("{},{}", lines.start + 1, lines.len()) }
}

fn write_hunk(text: &mut String, before: &[&str], after: &[&str]) {
    let mut line = |sign: char, line: &str| {
        text.push(sign);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    };
    if before.len() != after.len() {
        before.iter().for_each(|old| line('-', old));
        after.iter().for_each(|new| line('+', new));
        return;
    }
    let mut at = 0;
    while at < before.len() {
        let same = before[at] == after[at];
        let run = (at..before.len()).take_while(|line| (before[*line] == after[*line]) == same).count();
        let run = at..at + run;
        match same {
            true => before[run.clone()].iter().for_each(|old| line(' ', old)),
            false => {
                before[run.clone()].iter().for_each(|old| line('-', old));
                after[run.clone()].iter().for_each(|new| line('+', new));
            }
        }
        at = run.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paired_and_hunks_that_touch_are_one() {
        let before: String = (0..20).map(|line| format!("line {line}\n")).collect::<String>() + "end";
        let after = before.replace("line 1\n", "LINE 1\n").replace("line 5\n", "LINE 5\n").replace("end", "END");
        insta::assert_snapshot!(diff("a", &before, &after), @r"
        --- a/a
        +++ b/a
        @@ -1,9 +1,9 @@
         line 0
        -line 1
        +LINE 1
         line 2
         line 3
         line 4
        -line 5
        +LINE 5
         line 6
         line 7
         line 8
        @@ -18,4 +18,4 @@
         line 17
         line 18
         line 19
        -end
        \ No newline at end of file
        +END
        \ No newline at end of file
        ");
        assert_eq!(diff("a", &before, &before), "");
        insta::assert_snapshot!(diff("a", "v = \"\"\"\n1\"\"\"\n", "v = \"\"\"2\"\"\"\n"), @r#"
        --- a/a
        +++ b/a
        @@ -1,2 +1,1 @@
        -v = """
        -1"""
        +v = """2"""
        "#);
    }
}
