//! `/`: what happens now.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use futures::{FutureExt as _, future::BoxFuture};
use maud::html;

use super::{Here, html as answer, inside};
use crate::{
    Feed, List, Page, Tab, View,
    view::flow::{item, key},
};

pub(super) const VIEW: &str = "live";
/// Flows that are shown.
const SHOWN: usize = 12;

/// The last flows, the newest first.
pub(super) struct Flows {
    pub(super) feed: Arc<Feed>,
}

impl View for Flows {
    fn lists(&self) -> BoxFuture<'_, Vec<List>> {
        let flows = self.feed.flows(SHOWN);
        let items = flows.iter().map(|flow| (key(flow), item(flow)));
        let list = List {
            id: "flows",
            items: items.collect(),
        };
        async { vec![list] }.boxed()
    }
}

pub(super) async fn page(State(console): Here) -> Response {
    let lists = match console.view(VIEW) {
        Some(view) => view.lists().await,
        None => Vec::new(),
    };
    let beside = console.beside().await;
    answer(console.page(Page {
        title: "Live",
        here: Tab::LIVE.path,
        live: Some(VIEW),
        body: html! {
            div.beside[beside.is_some()] {
                section aria-labelledby="now" {
                    h1 #now { "What happens" }
                    p.muted { "A request, the events that follow from it, and what becomes of each at everybody who takes it." }
                    div #flows { (inside(&lists, "flows")) }
                    p.lead.nothing { "Nothing has happened yet." }
                }
                @if let Some(beside) = beside { aside aria-label="What you can do" { (beside) } }
            }
        },
    }))
}
