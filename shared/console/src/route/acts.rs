//! Redriving and dropping, and what came of it.

use std::{sync::Arc, time::Duration};

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use tidings_operations::{Act, Desk, OperationError, Redrive, Selection};
use tokio::{task::JoinHandle, time::timeout};

use super::{Here, html, letters::failed, refused};
use crate::{Console, Page, Tab, view::act};

const HERE: &str = Tab::LETTERS.path;
/// An act that takes longer goes on, and the page does not wait for it.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a lot is watched where the consumers are in this process: they are quick.
const WATCH: Duration = Duration::from_secs(5);

/// Which letters, and why.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    group: Option<String>,
    letter: Option<String>,
    #[serde(default)]
    reason: String,
}

impl Asked {
    /// The letters that are meant; none where nothing is said. Nobody redrives everything by accident.
    fn selection(&self) -> Option<Selection> {
        let given =
            |id: &Option<String>| -> Vec<String> { id.iter().filter(|id| !id.is_empty()).cloned().collect() };
        let selection = Selection {
            groups: given(&self.group),
            letters: given(&self.letter),
            ..Selection::default()
        };
        (!selection.is_everything()).then_some(selection)
    }

    fn reason(&self) -> Option<String> {
        let reason = self.reason.trim();
        (!reason.is_empty()).then(|| reason.to_owned())
    }
}

pub(super) async fn redrive(State(console): Here, Form(asked): Form<Asked>) -> Response {
    let selection = match allowed(&console, &asked) {
        Ok(selection) => selection,
        Err(refusal) => return *refusal,
    };
    let mut how = Redrive::default();
    if console.feed().is_some() {
        how.watch = WATCH;
    }
    let (desk, who, why) = (console.desk().clone(), console.who().to_owned(), asked.reason());
    let act = tokio::spawn(async move { desk.redrive(selection, how, &who, why.as_deref(), &()).await });
    came_to(&console, act).await
}

pub(super) async fn drop(State(console): Here, Form(asked): Form<Asked>) -> Response {
    let selection = match allowed(&console, &asked) {
        Ok(selection) => selection,
        Err(refusal) => return *refusal,
    };
    let (desk, who, why) = (console.desk().clone(), console.who().to_owned(), asked.reason());
    let act =
        tokio::spawn(async move { Desk::drop(&desk, selection, &who, &why.unwrap_or_default(), &()).await });
    came_to(&console, act).await
}

pub(super) async fn page(State(console): Here, Path(id): Path<String>) -> Response {
    match console.desk().store().act(&id).await {
        Ok(act) => html(console.page(Page {
            title: "What was done",
            here: HERE,
            live: None,
            body: act::page(&act),
        })),
        Err(error) => failed(&console, &error),
    }
}

fn allowed(console: &Console, asked: &Asked) -> Result<Selection, Box<Response>> {
    if !console.changes() {
        let why = "this page is read-only: start it with --allow-changes, or use `tidings dlq`";
        return Err(Box::new(refused(console, StatusCode::FORBIDDEN, HERE, why)));
    }
    let none = || {
        Box::new(refused(
            console,
            StatusCode::BAD_REQUEST,
            HERE,
            "say which letters: a group or a letter",
        ))
    };
    asked.selection().ok_or_else(none)
}

/// Leads to what an act has come to; where that takes long, to the acts, of which it is the first.
async fn came_to(console: &Arc<Console>, act: JoinHandle<Result<Act, OperationError>>) -> Response {
    match timeout(PATIENCE, act).await {
        Ok(Ok(Ok(act))) => Redirect::to(&format!("/console/acts/{}", act.id)).into_response(),
        Ok(Ok(Err(error))) => failed(console, &error),
        Ok(Err(ended)) => refused(
            console,
            StatusCode::INTERNAL_SERVER_ERROR,
            HERE,
            &ended.to_string(),
        ),
        Err(_) => Redirect::to("/console/letters#acts").into_response(),
    }
}
