//! `/console/letters`: dead letters, by group and by letter, with what a redrive would do now.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use jiff::Timestamp;
use tidings_operations::{OperationError, Selection, group_of, groups};

use super::{Here, html, refused};
use crate::{
    Console, Page, Tab,
    view::{letter, letters},
};

const HERE: &str = Tab::LETTERS.path;
/// Acts that are listed.
const ACTS: usize = 20;

pub(super) async fn all(State(console): Here) -> Response {
    let desk = console.desk();
    let seen = desk.look(&Selection::default()).await;
    let told =
        async { Ok::<_, OperationError>((desk.store().notes().await?, desk.store().acts(ACTS).await?)) };
    let (notes, acts) = match told.await {
        Ok(told) => told,
        Err(error) => return failed(&console, &error),
    };
    let body = letters::page(&groups(&seen.letters), &seen, &notes, &acts, desk.now());
    page(&console, "Dead letters", body)
}

pub(super) async fn group(State(console): Here, Path(id): Path<String>) -> Response {
    let desk = console.desk();
    let selection = Selection {
        groups: vec![id.clone()],
        ..Selection::default()
    };
    let found = desk.look(&selection).await.letters;
    let explained = match desk.explain(&found).await {
        Ok(explained) => explained,
        Err(error) => return failed(&console, &error),
    };
    let all = groups(&found);
    let Some(first) = all.first() else {
        let why = "there is no letter of this group any more: it was redriven, dropped or edited";
        return refused(&console, StatusCode::NOT_FOUND, HERE, why);
    };
    let listed: Vec<_> = found.into_iter().zip(explained).collect();
    let body = letter::group(first, &listed, console.changes(), desk.now());
    page(&console, &first.consumer, body)
}

pub(super) async fn one(State(console): Here, Path(id): Path<String>) -> Response {
    let desk = console.desk();
    let found = async {
        let letter = desk.letter(&id).await?;
        let explained = desk.explain(std::slice::from_ref(&letter)).await?;
        Ok::<_, OperationError>((letter, explained))
    };
    match found.await {
        Ok((letter, explained)) => {
            let Some(explained) = explained.first() else {
                return refused(
                    &console,
                    StatusCode::NOT_FOUND,
                    HERE,
                    "nothing is known of this letter",
                );
            };
            let group = group_of(&letter);
            let now: Timestamp = desk.now();
            let body = letter::page(&letter, explained, &group, console.changes(), now);
            page(&console, "A dead letter", body)
        }
        Err(error) => failed(&console, &error),
    }
}

fn page(console: &Console, title: &str, body: maud::Markup) -> Response {
    html(console.page(Page {
        title,
        here: HERE,
        live: None,
        body,
    }))
}

/// Why something could not be shown or done.
pub(super) fn failed(console: &Console, error: &OperationError) -> Response {
    let status = match error {
        OperationError::NoLetter(..) | OperationError::NoQueue(_) => StatusCode::NOT_FOUND,
        OperationError::Held { .. }
        | OperationError::TakenOver(_)
        | OperationError::Paused { .. }
        | OperationError::Ambiguous(..)
        | OperationError::Refused(_) => StatusCode::CONFLICT,
        OperationError::Unanswered { .. } => StatusCode::BAD_GATEWAY,
        OperationError::Catalogue(_) | OperationError::File(..) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refused(console, status, HERE, &error.to_string())
}
