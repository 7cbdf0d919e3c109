//! What was put back is what was recorded when it was made.

use allclear_core::event::Event;
use allclear_core::release::Release;

/// What is wrong with an event about a repair, as things stood before it.
pub(super) fn problem(release: &Release, event: &Event) -> Option<String> {
    match event {
        Event::RepairStarted { step, targets } => {
            let made = |target: &&String| release.receipts(step).any(|receipt| receipt.target == **target);
            let strange = targets.iter().find(|target| !made(target))?;
            Some(format!("`{step}` is about to put back `{strange}`, which it never made"))
        }
        Event::Repaired { step, receipts, .. } => {
            let strange = receipts.iter().find(|receipt| {
                let same =
                    release.receipts(step).any(|made| made.target == receipt.target && made.found == receipt.found);
                // Two clones may have been at it: the second to say so says nothing new.
                let begun = release.repairs.iter().any(|one| one.step == *step && one.target == receipt.target);
                !(same && begun)
            })?;
            Some(format!("`{step}` put back `{}` as {}, which nobody set out to", strange.target, strange.found))
        }
        _ => None,
    }
}

/// What was about to be put back, and nobody knows whether it was.
pub(super) fn open(release: &Release) -> Vec<String> {
    let open = release.repairs.iter().filter(|repair| repair.done.is_none());
    let told = open.map(|repair| {
        let (version, step, target) = (&release.version, &repair.step, &repair.target);
        format!("{version}: whether `{target}` of `{step}` is back is not known: `allclear reconcile --repair` looks")
    });
    told.collect()
}
