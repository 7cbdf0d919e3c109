use allclear_core::event::Item;
use allclear_core::names::StepId;
use allclear_core::plan::{Plan, Standing};
use allclear_core::process::{Shape, Step};
use allclear_core::version::Version;
use allclear_engine::conductor::Conductor;
use allclear_engine::session::Session;
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
    let world = here.world(ui, &session.process.project.secrets);
    let conductor = Conductor::new(&world, session, identity);
    let plan = conductor.plan();
    let coming: Vec<Coming> = steps(&conductor.session, &plan).map(|step| look(&conductor, step)).collect();
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

fn look(conductor: &Conductor<'_>, step: &Step) -> Coming {
    let (items, preview, unknown) = match conductor.preview(step) {
        Ok(previewed) => {
            let (items, preview): (Vec<Item>, Vec<Option<String>>) = previewed.into_iter().unzip();
            (items, preview.into_iter().flatten().collect(), None)
        }
        Err(why) => (vec![], vec![], Some(why)),
    };
    Coming {
        step: step.id.clone(),
        title: step.title.clone(),
        reversible: step.shape == Shape::Effect,
        items,
        preview,
        unknown,
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
