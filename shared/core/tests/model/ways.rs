//! The ways of a worker from its message to its answer for it: what it asks, and what it does with each answer.
//!
//! `ways.txt` holds all of them, a line each. The model's worker takes these and no others, and so does the runtime
//! (`shared/aws/tests/it/runtime/ways.rs`): where one of the two changes and the other does not, a test fails.

use std::collections::BTreeSet;

use crate::{
    action::Action,
    stage::{Reason, Stage},
    state::State,
    system::{Guarantee, System},
    table::Answer,
};

/// The worker that is followed.
const WORKER: usize = 0;
/// What the table can answer to a claim and to a completion, and to what ends a try; none where it does not answer.
const MAY_BE_OTHERS: [(&str, Option<Answer>); 4] = [
    ("own", Some(Answer::Own)),
    ("already done", Some(Answer::AlreadyDone)),
    ("in flight", Some(Answer::InFlight(1))),
    ("no answer", None),
];
const ENDS: [(&str, Option<Answer>); 3] = [
    ("own", Some(Answer::Own)),
    ("not owned", Some(Answer::NotOwned)),
    ("no answer", None),
];

/// Every way of the model's worker, as the lines of `ways.txt`.
pub fn ways() -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    for (guarantee, name) in [
        (Guarantee::Leased, "leased"),
        (Guarantee::Transactional, "transactional"),
    ] {
        let system = System::alone(guarantee);
        let mut state = State::new(&[0], system.mishaps, system.expiries);
        system.receive(&mut state, WORKER, 0);
        follow(&system, &state, &[name.to_owned()], &mut ways);
    }
    ways
}

/// Follows the worker from here on, through every answer and every end of its handler.
fn follow(system: &System, state: &State, told: &[String], ways: &mut BTreeSet<String>) {
    let stage = state.workers[WORKER].stage.clone();
    let mut then = |step: &str, next: &dyn Fn(&mut State)| {
        let (mut state, mut told) = (state.clone(), told.to_vec());
        next(&mut state);
        told.extend((!step.is_empty()).then(|| step.to_owned()));
        follow(system, &state, &told, ways);
    };
    let act = |action| move |state: &mut State| system.work(state, WORKER, action);
    let worker = WORKER;
    match &stage {
        Stage::Claimed => {
            then("", &act(Action::Begin { worker }));
            then("too late", &act(Action::TooLate { worker }));
        }
        Stage::Performing | Stage::Deciding => {
            let (transient, permanent) = (Some(Reason::Transient), Some(Reason::Permanent));
            then("handler: done", &act(Action::Finish { worker, failed: None }));
            then(
                "handler: transient",
                &act(Action::Finish {
                    worker,
                    failed: transient,
                }),
            );
            then(
                "handler: permanent",
                &act(Action::Finish {
                    worker,
                    failed: permanent,
                }),
            );
            if stage == Stage::Performing {
                then("handler: stopped", &act(Action::Stop { worker, effect: true }));
            }
        }
        Stage::SendingLetter => {
            then("letter: sent", &act(Action::SendLetter { worker }));
            then("letter: refused", &act(Action::RefuseLetter { worker }));
        }
        Stage::Responding { back } => {
            let end = if back.is_some() {
                "comes back"
            } else {
                "acknowledged"
            };
            ways.insert(format!("{} | {end}", told.join(" | ")));
        }
        Stage::Idle => unreachable!("it answers for its message before it is idle"),
        asking => {
            let answers = match asking {
                Stage::Claiming(_) | Stage::Completing => &MAY_BE_OTHERS[..],
                _ => &ENDS[..],
            };
            for (said, answer) in answers {
                let step = format!("{}: {said}", asked(asking, system.guarantee));
                then(&step, &|state: &mut State| match answer {
                    Some(answer) => system.answered(state, WORKER, asking, *answer),
                    None => system.work(state, WORKER, Action::GiveUp { worker }),
                });
            }
        }
    }
}

/// What the table is asked.
fn asked(stage: &Stage, guarantee: Guarantee) -> &'static str {
    match (stage, guarantee) {
        (Stage::Claiming(_), _) => "claim",
        (Stage::Completing, Guarantee::Leased) => "complete",
        (Stage::Completing, Guarantee::Transactional) => "commit",
        (Stage::Releasing { .. }, _) => "release",
        (Stage::Noting { .. }, _) => "note",
        (Stage::SettingAside, _) => "set aside",
        other => unreachable!("{other:?} asks nothing"),
    }
}
