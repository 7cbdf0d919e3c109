//! Waits until what was published can be seen.

use std::time::Duration;

use crate::step::{Context, StepError};

/// The first wait, which doubles up to the longest.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);
/// How long a service that has trouble is asked again, however soon it shows what it has.
const TROUBLE: Duration = Duration::from_secs(30);
/// The longest that a service may ask to be left alone.
const LEFT_ALONE: Duration = Duration::from_secs(90);

/// Looks until something is seen, for as long as the registry may take to show it, and says how long that took. A service with trouble is
/// asked again; what it says for good is an error.
pub(super) fn seen<T>(
    cx: &Context<'_>,
    patience: Duration,
    look: &dyn Fn() -> Result<Option<T>, StepError>,
) -> Result<(Option<T>, Duration), StepError> {
    let says = |line: &str| cx.world.progress.says(cx.step.id.as_str(), line);
    until(patience, look, &|time| cx.wait(time), &says)
}

fn until<T>(
    patience: Duration,
    look: &dyn Fn() -> Result<Option<T>, StepError>,
    wait: &dyn Fn(Duration) -> Result<(), StepError>,
    says: &dyn Fn(&str),
) -> Result<(Option<T>, Duration), StepError> {
    let (mut waited, mut pause) = (Duration::ZERO, FIRST);
    loop {
        let after = match look() {
            Ok(None) if waited >= patience => return Ok((None, waited)),
            Ok(None) => None,
            Ok(found) => return Ok((found, waited)),
            Err(StepError::Passing { what, after })
                if waited < patience.max(TROUBLE) && after.is_none_or(|after| after <= LEFT_ALONE) =>
            {
                says(&format!("{what}; trying again"));
                after
            }
            Err(error) => return Err(error),
        };
        let next = after.unwrap_or_default().max(pause);
        wait(next)?;
        waited += next;
        pause = (pause * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    type Look = fn() -> Result<Option<u8>, StepError>;

    /// Looks that end so, one after the other, the last for ever; returns what came of them and how long was waited.
    fn run(patience: u64, looks: &[Look]) -> (Result<Option<u8>, String>, Vec<u64>) {
        let (next, waits) = (Cell::new(0), RefCell::new(Vec::new()));
        let look = || {
            let at = next.replace(next.get() + 1);
            looks[at.min(looks.len() - 1)]()
        };
        let wait = |time: Duration| {
            waits.borrow_mut().push(u64::try_from(time.as_millis()).unwrap());
            Ok(())
        };
        let came = until(Duration::from_secs(patience), &look, &wait, &|_| ());
        (came.map(|(found, _)| found).map_err(|error| error.to_string()), waits.into_inner())
    }

    fn away() -> Result<Option<u8>, StepError> {
        Err(StepError::Passing { what: "overloaded".to_owned(), after: None })
    }

    #[test]
    fn a_slow_index_is_waited_for_with_growing_waits() {
        assert_eq!(run(60, &[|| Ok(None), || Ok(None), || Ok(Some(1))]), (Ok(Some(1)), vec![250, 500]));
        let (came, waits) = run(60, &[|| Ok(None)]);
        assert_eq!(came, Ok(None));
        assert!(waits.iter().sum::<u64>() >= 60_000 && waits.iter().all(|wait| *wait <= 15_000), "{waits:?}");
    }

    #[test]
    fn what_shows_at_once_is_not_waited_for_and_trouble_passes() {
        assert_eq!(run(0, &[|| Ok(None)]), (Ok(None), vec![]));
        assert_eq!(run(0, &[away, || Ok(Some(1))]), (Ok(Some(1)), vec![250]));
        assert_eq!(run(0, &[away]).0, Err("overloaded".to_owned()));
        let asks = || Err(StepError::Passing { what: "later".to_owned(), after: Some(Duration::from_secs(3600)) });
        assert_eq!(run(60, &[asks]), (Err("later".to_owned()), vec![]));
    }
}
