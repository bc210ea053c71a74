//! `/console/consumers`: how consumers stand.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use futures::{FutureExt as _, future::BoxFuture};
use jiff::Timestamp;
use maud::html;
use tidings_catalogue::Document;
use tidings_operations::Standing;

use super::{Here, html as answer};
use crate::{
    Feed, List, Page, Tab, View,
    console::Standings,
    view::consumers::{Row, key, row, table},
};

pub(super) const VIEW: &str = "consumers";

/// The consumers of the system that runs in this process.
pub(super) struct Consumers {
    pub(super) feed: Arc<Feed>,
    pub(super) document: Arc<Document>,
    pub(super) standing: Arc<Standings>,
}

impl View for Consumers {
    fn lists(&self) -> BoxFuture<'_, Vec<List>> {
        async {
            let standing = self.standing.now().await;
            vec![rows(&self.document, &standing, Some(&self.feed))]
        }
        .boxed()
    }
}

pub(super) async fn page(State(console): Here) -> Response {
    let standing = console.standing().await;
    let feed = console.feed();
    let rows = rows(console.document(), &standing, feed.map(Arc::as_ref));
    answer(console.page(Page {
        title: "Consumers",
        here: Tab::CONSUMERS.path,
        live: Some(VIEW),
        body: html! {
            h1 { "Consumers" }
            p.muted {
                "What is in each queue, waiting or being worked on. A breaker is open while the provider behind a consumer is down: its messages wait then, and are not used up. "
                @if feed.is_none() {
                    "What happens now, lags and rates are told by the process that runs the functions, which this one does not: deployed, the dashboard has them. "
                    "SQS does not tell of breakers."
                }
            }
            (table(&rows.inside(), feed.is_some()))
        },
    }))
}

fn rows(document: &Document, standing: &[Standing], feed: Option<&Feed>) -> List {
    let now = Timestamp::now();
    let items = document.consumers.iter().map(|consumer| {
        let one = Row {
            consumer,
            standing: standing.iter().find(|one| one.consumer == consumer.name),
            reading: feed.map(|feed| feed.reading(&consumer.name)),
        };
        (key(consumer), row(&one, now))
    });
    List {
        id: "consumers",
        items: items.collect(),
    }
}
