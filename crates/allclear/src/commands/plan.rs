use allclear_core::event::Item;
use allclear_core::names::StepId;
use allclear_core::plan::{Plan, Standing};
use allclear_core::process::{Shape, Step};
use allclear_core::version::Version;
use allclear_engine::conductor::Conductor;
use allclear_engine::session::Session;
use allclear_engine::values::{filled, values};
use serde::Serialize;

use crate::error::CommandResult;
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{DIM, Ui, WARN, paint};

/// Show every effect that is still to come, with what it would change, before it happens
#[derive(clap::Args)]
pub(crate) struct Args {}

/// An effect that is still to come.
#[derive(Serialize)]
struct Coming {
    step: StepId,
    title: String,
    reversible: bool,
    items: Vec<Item>,
    preview: Vec<String>,
    /// Why it cannot be said yet what it will do.
    unknown: Option<String>,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, _args: &Args) -> CommandResult {
    let here = Here::find()?;
    here.require_remote()?;
    let identity = here.identity()?;
    let ledger = here.ledger()?;
    let version = here.version(&ledger, release)?;
    here.repository.fetch()?;
    let session = Session::open(ledger, &version, here.actor(&identity)?)?;
    let world = here.world(ui, Some(&session.process));
    let conductor = Conductor::new(&world, session, identity);
    let plan = conductor.plan();
    let values = values(&conductor.session.process, &conductor.session.release);
    let mut bump = None;
    let mut coming = Vec::new();
    for step in steps(&conductor.session, &plan) {
        let (items, unknown) = match bump {
            None => look(&conductor, step),
            Some(bump) => {
                (vec![], Some(format!("`{bump}` comes first, and the rest is about the commit that it makes")))
            }
        };
        coming.push(Coming::new(step, filled(&step.title, &values), items, unknown));
        bump = bump.or((step.kind.as_str() == "bump").then_some(&step.id));
    }
    for effect in &coming {
        ui.text(text(effect));
    }
    ui.json(&coming);
    Ok(Exit::Done)
}

/// The effects that are not done yet, in order.
fn steps<'a>(session: &'a Session, plan: &'a Plan) -> impl Iterator<Item = &'a Step> {
    let open = |step: &&Step| {
        let standing = plan.steps.iter().find(|planned| planned.id == step.id).map(|planned| &planned.standing);
        !matches!(standing, None | Some(Standing::NotForThis | Standing::Passed { .. } | Standing::Waived { .. }))
    };
    let effect = |step: &&Step| matches!(step.shape, Shape::Effect | Shape::IrreversibleEffect);
    session.process.steps_of(&session.release.kind).filter(effect).filter(open)
}

/// What an effect would do, or why that cannot be said yet.
fn look(conductor: &Conductor<'_>, step: &Step) -> (Vec<(Item, Option<String>)>, Option<String>) {
    match conductor.preview(step) {
        Ok(previewed) => (previewed, None),
        Err(why) => (vec![], Some(why)),
    }
}

impl Coming {
    fn new(step: &Step, title: String, previewed: Vec<(Item, Option<String>)>, unknown: Option<String>) -> Self {
        let (items, preview): (_, Vec<_>) = previewed.into_iter().unzip();
        let preview = preview.into_iter().flatten().collect();
        Self { step: step.id.clone(), title, reversible: step.shape == Shape::Effect, items, preview, unknown }
    }
}

fn text(effect: &Coming) -> String {
    let mark = if effect.reversible { String::new() } else { format!("  {}", paint(WARN, "cannot be taken back")) };
    let mut text = format!("{}  {}{mark}", effect.step, effect.title);
    for item in &effect.items {
        let shown = item.desired.get(..12).unwrap_or(&item.desired);
        text.push_str(&format!("\n    {}  {}", item.title, paint(DIM, format!("{} → {shown}", item.target))));
    }
    if let Some(why) = &effect.unknown {
        text.push_str(&format!("\n    {}", paint(DIM, format!("not known yet: {why}"))));
    } else if effect.items.is_empty() {
        text.push_str("\n    nothing to change");
    }
    for preview in &effect.preview {
        for line in preview.lines() {
            text.push_str(&format!("\n      {line}"));
        }
    }
    text
}
