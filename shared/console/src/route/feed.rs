//! `/console/feed/<view>`: what changes of a page, as server-sent events (HTML Living Standard, section 9.2).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response, Sse, sse::KeepAlive},
};

use super::Here;
use crate::live::watching;

pub(super) async fn watch(State(console): Here, Path(view): Path<String>) -> Response {
    let (Some(feed), Some(view)) = (console.feed(), console.view(&view)) else {
        return (StatusCode::NOT_FOUND, "there is nothing to be watched here\n").into_response();
    };
    let Ok(place) = console.watchers.clone().try_acquire_owned() else {
        let why = "too many watch already: close a page\n";
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let stream = watching(view.clone(), feed.clone(), place);
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}
