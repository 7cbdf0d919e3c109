//! Laws of the plan, over random processes and random histories.

use allclear_core::event::Event;
use allclear_core::plan::{Action, Plan, Standing};
use allclear_core::process::{Process, Shape};
use allclear_core::release::Release;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle::Oracle;
use crate::random::processes;
use crate::simulator::{CLONES, Chance, FRIENDLY, World};

fn chances(most: usize) -> impl Strategy<Value = Vec<Chance>> {
    let chance = (any::<bool>(), any::<u8>(), any::<u16>(), any::<u8>())
        .prop_map(|(second, noise, pick, luck)| Chance { second, noise, pick, luck });
    vec(chance, 0..most)
}

/// Plays a history, and holds every moment of it against a law.
fn always(
    process: &Process,
    history: &[Chance],
    law: impl Fn(&World) -> Result<(), TestCaseError>,
) -> Result<World, TestCaseError> {
    let mut world = World::new(process.clone());
    law(&world)?;
    for chance in history {
        world.turn(*chance);
        law(&world)?;
    }
    Ok(world)
}

/// A whole history is worth many single cases.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(8), ..usual }
}

fn oracle(world: &World) -> Oracle<'_> {
    Oracle::new(&world.process, &world.story.records)
}

fn plans(world: &World) -> [Plan; 2] {
    CLONES.map(|clone| world.plan(clone))
}

fn json(release: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(release).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_same_events_give_the_same_plan(process in processes(), history in chances(60)) {
        always(&process, &history, |world| {
            let folded = Release::fold(&world.story.records).unwrap().unwrap();
            prop_assert_eq!(json(world.release()), json(&folded), "event by event, and at once");
            for (clone, plan) in CLONES.iter().zip(plans(world)) {
                let again = allclear_core::plan::plan(&process, &folded, &world.facts(clone), world.story.now);
                prop_assert_eq!(plan, again);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_prefix_and_the_rest_fold_to_the_whole(process in processes(), history in chances(60), at in any::<prop::sample::Index>()) {
        let world = always(&process, &history, |_| Ok(()))?;
        let (prefix, rest) = world.story.records.split_at(at.index(world.story.records.len()));
        let mut release = Release::fold(prefix).unwrap();
        for record in rest {
            Release::apply(&mut release, record).unwrap();
        }
        prop_assert_eq!(json(&release), json(&Release::fold(&world.story.records).unwrap()));
    }

    #[test]
    fn nothing_is_done_before_everything_before_it_lets_pass(process in processes(), history in chances(80)) {
        always(&process, &history, |world| {
            let oracle = oracle(world);
            for action in plans(world).iter().flat_map(|plan| &plan.actions) {
                let (Action::Perform { step } | Action::CarryOver { step, .. }) = action else { continue };
                let step = process.step(step).unwrap();
                prop_assert!(!matches!(step.shape, Shape::SignOff | Shape::Manual), "{} is for people", step.id);
                prop_assert!(!oracle.passes(step), "{} has passed", step.id);
                for before in oracle.before(step) {
                    prop_assert!(oracle.passes(before), "{} is planned before {} lets pass", step.id, before.id);
                    let unmet = before.shape == Shape::SignOff && !before.optional && !oracle.passes(before);
                    prop_assert!(!unmet || step.shape != Shape::IrreversibleEffect);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_open_release_is_never_stuck_and_ends_when_all_is_done(process in processes(), history in chances(80)) {
        always(&process, &history, |world| {
            let oracle = oracle(world);
            let done = oracle.steps().all(|step| oracle.passes(step));
            for plan in plans(world) {
                prop_assert_eq!(oracle.is_open(), !(plan.actions.is_empty() && plan.waits.is_empty()), "{:?}", plan);
                let adopts = plan.actions.iter().any(|action| matches!(action, Action::Adopt { .. }));
                prop_assert_eq!(plan.actions.contains(&Action::Finish), oracle.is_open() && done && !adopts);
                if adopts || plan.actions.contains(&Action::Finish) {
                    prop_assert_eq!((plan.actions.len(), plan.waits.len()), (1, 0));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_is_planned_of_a_check_follows_its_inputs(process in processes(), history in chances(80)) {
        always(&process, &history, |world| {
            let (oracle, facts) = (oracle(world), world.facts(CLONES[0]));
            for action in world.plan(CLONES[0]).actions {
                let (Action::Perform { step } | Action::CarryOver { step, .. }) = &action else { continue };
                let newest = oracle.newest(step).filter(|_| process.step(step).unwrap().shape == Shape::Check);
                let same = newest.filter(|(event, outcome)| {
                    matches!(event, Event::StepPassed(_)) && outcome.inputs.is_some() && outcome.inputs == facts.inputs.get(step).copied()
                });
                let from = same.filter(|_| oracle.open(step).is_empty()).and_then(|(_, outcome)| outcome.candidate.clone());
                let expected = match from {
                    Some(from) => Action::CarryOver { step: step.clone(), from },
                    None => Action::Perform { step: step.clone() },
                };
                prop_assert_eq!(action, expected);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_foreign_commit_is_adopted_exactly_until_the_point_of_no_return(process in processes(), history in chances(80)) {
        always(&process, &history, |world| {
            let oracle = oracle(world);
            let ours = world.tip.as_ref() == oracle.candidate() || world.tip == world.release().release_commit;
            let acting = process.steps_of(&world.release().kind).any(|step| oracle.open(&step.id).iter().any(|(_, _, intent)| *intent));
            let foreign = world.tip.is_some() && oracle.candidate().is_some() && !ours;
            let expected = oracle.is_open() && foreign && !acting && oracle.past_return().is_none();
            for plan in plans(world) {
                let adopts = plan.actions.iter().any(|action| matches!(action, Action::Adopt { .. }));
                prop_assert_eq!(adopts, expected);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_new_candidate_empties_exactly_what_does_not_hold_for_the_release(process in processes(), history in chances(60)) {
        let mut world = always(&process, &history, |_| Ok(()))?;
        let (fixed, open) = (oracle(&world).past_return().is_some(), oracle(&world).is_open());
        let before = world.plan(CLONES[0]).steps;
        let settled: Vec<_> = before.iter().map(|step| is_settled(&step.standing)).collect();
        let spoke: Vec<_> = process.steps_of(&world.release().kind).map(|step| oracle(&world).is_settled(step)).collect();
        let commit = world.new_commit();
        world.tip = Some(commit.clone());
        world.tell(Event::CandidateChosen { commit, why: "moved".to_owned() });
        let after = world.plan(CLONES[0]).steps;
        for (at, (before, after)) in before.iter().zip(&after).enumerate() {
            let step = process.step(&before.id).unwrap();
            let gate = step.shape == Shape::SignOff;
            prop_assert!(gate || before.standing == Standing::NotForThis || settled[at] == spoke[at], "{before:?}");
            // Sign-offs name their candidate; of a gate only a waiver can hold for the whole release.
            let held = step.once && (!gate || oracle(&world).is_settled(step));
            let keeps = fixed || !open || held || before.standing == Standing::NotForThis;
            match keeps && settled[at] {
                true => prop_assert_eq!(&after.standing, &before.standing),
                false => prop_assert!(!is_settled(&after.standing), "{after:?}"),
            }
        }
    }

    #[test]
    fn while_an_attempt_is_alive_one_clone_acts(process in processes(), history in chances(80)) {
        always(&process, &history, |world| {
            for (step, history) in &world.release().steps {
                let step = process.step(step).unwrap();
                let alive = history.open.iter().find(|open| world.story.now.duration_since(open.stamp.at).as_secs() < 600);
                let Some(first) = alive.filter(|_| step.shape != Shape::Watch) else { continue };
                let other = CLONES.into_iter().find(|clone| *clone != first.stamp.by.clone).unwrap();
                let acts = world.plan(other).actions.contains(&Action::Perform { step: step.id.clone() });
                prop_assert!(!acts, "{} is at {}", first.stamp.by.clone, step.id);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_release_ends_when_faults_stop_and_everybody_answers(process in processes(), history in chances(60)) {
        let mut world = always(&process, &history, |_| Ok(()))?;
        let steps = process.steps_of(&world.release().kind).count() as u16;
        let bound = 60 + 20 * steps;
        for pick in 0..bound {
            if !world.release().is_open() {
                break;
            }
            world.turn(Chance { pick, ..FRIENDLY });
        }
        prop_assert!(!world.release().is_open(), "after {} turns it is planned: {:?}", bound, world.plan(CLONES[0]));
    }
}

fn is_settled(standing: &Standing) -> bool {
    use Standing::{Errored, Failed, NotForThis, Passed, Waived};
    matches!(standing, NotForThis | Passed { .. } | Waived { .. } | Failed { .. } | Errored { .. })
}
