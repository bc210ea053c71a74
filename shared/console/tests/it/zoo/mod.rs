//! A zoo with one consumer, and its console.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::json;
use tidings_bus::{DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, EmbeddedDynamoDb, EmbeddedSqs};
use tidings_catalogue::Document;
use tidings_console::{Console, Feed, Settings};
use tidings_core::{
    catalogue::{EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
};
use tidings_operations::{Desk, Roster, Tables};
use tidings_trace::Sources;
use tower::ServiceExt as _;

/// Bytes of a page, at most.
const PAGE: usize = 4 * 1024 * 1024;

pub struct Zoo {
    pub feed: Arc<Feed>,
    pub app: Router,
    sqs: EmbeddedSqs,
}

/// How its pages are.
#[derive(Clone, Copy)]
pub enum Pages {
    /// Of the system in this process.
    Here,
    /// Of one elsewhere, to be read.
    Elsewhere,
}

impl Zoo {
    pub async fn open(pages: Pages) -> Self {
        let catalogue = json!({ "system": "zoo", "consumers": [
            { "name": "feed-bear", "service": "keepers", "guarantee": "natural", "takes": { "types": ["bear.woke"] },
              "events": [{ "type": "bear.woke", "version": 1 }] },
        ]});
        let document: Arc<Document> = Arc::new(serde_json::from_value(catalogue.clone()).unwrap());
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [
            &DEAD_LETTERS,
            &EVENTS,
            &IDEMPOTENCY,
            &OPERATIONS,
            &OUTBOX,
            &PERSON_KEYS,
        ] {
            database.create_table(table).await.unwrap();
        }
        let sqs = EmbeddedSqs::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let queues = DeadLetterQueues::new(sqs.clone(), DeadLetterTable::of(&database));
        queues.open_named(None, [("feed-bear", false)]).unwrap();
        let (roster, dynamodb) = (Roster::read(&catalogue, None).unwrap(), database.client());
        let desk = Desk::new(roster, sqs.client(), &dynamodb, Tables::named(ToOwned::to_owned));
        let desk = Arc::new(desk);
        let tables = tidings_trace::Tables::named(&document, ToOwned::to_owned);
        let (feed, here) = (
            Arc::new(Feed::new(document.clone())),
            matches!(pages, Pages::Here),
        );
        let console = Console::new(Settings {
            sources: Sources::new(document.as_ref().clone(), &dynamodb, tables, desk.clone()),
            document,
            version: "1.2.3".to_owned(),
            place: "in a test".to_owned(),
            desk,
            feed: here.then(|| feed.clone()),
            who: "ada".to_owned(),
            changes: here,
            tabs: Vec::new(),
            last_tabs: Vec::new(),
            beside: None,
            views: Vec::new(),
        });
        Self {
            feed,
            app: console.routes(Router::new()),
            sqs,
        }
    }

    /// Puts a letter of this body and cause into the dead-letter queue.
    pub fn dead(&self, body: &str, reason: &str) {
        let attributes = [("reason", reason), ("class", "Hungry")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert!(
            self.sqs
                .put_text("feed-bear-dlq", body, None, BTreeMap::from(attributes))
        );
    }

    pub async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.ask("GET", path, &[], "").await
    }

    /// Sends a form as a browser on these pages does.
    pub async fn post(&self, path: &str, form: &str) -> (StatusCode, HeaderMap, String) {
        self.ask("POST", path, &[("sec-fetch-site", "same-origin")], form)
            .await
    }

    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        form: &str,
    ) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:8080");
        }
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(form.to_owned())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, PAGE).await.unwrap();
        (
            parts.status,
            parts.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    /// The first link on a page that begins so.
    pub async fn link(&self, page: &str, beginning: &str) -> String {
        let (_, _, text) = self.get(page).await;
        let rest = text.split_once(&format!("href=\"{beginning}"));
        let rest = rest
            .unwrap_or_else(|| panic!("{page} has no link to {beginning}: {text}"))
            .1;
        format!("{beginning}{}", rest.split_once('"').unwrap().0)
    }
}
