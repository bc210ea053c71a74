//! Live pages: parts of a page that are sent again when they have changed (server-sent events).
//!
//! A [`View`] says what its page shows now, as lists of items with keys. Who watches is sent what
//! differs from what they were sent before, when there is something and they can take it: the
//! stream is polled only when the connection has room, so a slow browser passes over states, and
//! nothing waits for it in memory.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
    time::Duration,
};

use axum::response::sse::Event;
use futures::{Stream, future::BoxFuture, stream};
use maud::{Markup, html};
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::Feed;

/// Between two looks at what has changed, at least.
const PACE: Duration = Duration::from_millis(250);
/// Without a change, what a view shows is looked at so often: ages and depths change by themselves.
const IDLE: Duration = Duration::from_secs(2);

/// Items under a heading, each with a key.
pub struct List {
    /// The id of the element that holds them.
    pub id: &'static str,
    /// The items, in their order. An item is one element, whose id is its key.
    pub items: Vec<(String, Markup)>,
}

impl List {
    /// A list of one item, whose key is derived from the list's.
    #[must_use]
    pub fn of_one(id: &'static str, item: Markup) -> Self {
        let key = format!("{id}-all");
        let item = html! { div id=(key) { (item) } };
        Self {
            id,
            items: vec![(key, item)],
        }
    }

    /// The items, for within the element that holds them.
    #[must_use]
    pub fn inside(&self) -> Markup {
        html! { @for (_, item) in &self.items { (item) } }
    }
}

/// A page that changes while it is looked at.
pub trait View: Send + Sync {
    /// What it shows now.
    fn lists(&self) -> BoxFuture<'_, Vec<List>>;
}

/// What differs from what was sent before.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// The keys of the items of each list, in their order.
    lists: BTreeMap<&'static str, Vec<String>>,
    /// The items that are new or other than before.
    items: BTreeMap<String, String>,
    /// What is to be heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
}

/// What was sent.
#[derive(Default)]
pub(crate) struct Sent {
    /// Anything at all. The first time, everything is: a page can be older than the connection.
    begun: bool,
    items: HashMap<String, u64>,
    said: Option<String>,
}

impl Sent {
    /// What is to be sent now, if anything is; what is not shown any more is forgotten.
    pub(crate) fn differs(&mut self, lists: Vec<List>, said: Option<String>) -> Option<Difference> {
        let (mut difference, mut items) = (Difference::default(), HashMap::new());
        for list in lists {
            let mut keys = Vec::with_capacity(list.items.len());
            for (key, item) in list.items {
                let text = item.into_string();
                let mut hasher = DefaultHasher::new();
                text.hash(&mut hasher);
                let hash = hasher.finish();
                if self.items.get(&key) != Some(&hash) {
                    difference.items.insert(key.clone(), text);
                }
                items.insert(key.clone(), hash);
                keys.push(key);
            }
            difference.lists.insert(list.id, keys);
        }
        let gone = self.items.keys().any(|key| !items.contains_key(key));
        self.items = items;
        if self.said != said {
            difference.said.clone_from(&said);
            self.said = said;
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let any = first || gone || !difference.items.is_empty() || difference.said.is_some();
        any.then_some(difference)
    }
}

struct Watching {
    view: Arc<dyn View>,
    feed: Arc<Feed>,
    changes: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    sent: Sent,
    last: Option<Instant>,
    /// One of as many as may watch.
    _place: OwnedSemaphorePermit,
}

/// What somebody who watches a view is sent, until the feed is closed or they are gone.
pub(crate) fn watching(
    view: Arc<dyn View>,
    feed: Arc<Feed>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let watching = Watching {
        changes: feed.changes(),
        closing: feed.closing(),
        // What was said before they came is no news.
        sent: Sent {
            said: feed.said(),
            ..Sent::default()
        },
        view,
        feed,
        last: None,
        _place: place,
    };
    stream::unfold(watching, |mut watching| async move {
        let event = watching.next().await?;
        Some((Ok(event), watching))
    })
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(last) = self.last {
                let closed = self.closing.wait_for(|closed| *closed);
                let due = async {
                    sleep_until(last + PACE).await;
                    tokio::select! {
                        changed = self.changes.changed() => drop(changed),
                        () = sleep(IDLE) => {}
                    }
                };
                tokio::select! {
                    _ = closed => return None,
                    () = due => {}
                }
            }
            self.last = Some(Instant::now());
            self.changes.mark_unchanged();
            let lists = self.view.lists().await;
            if let Some(difference) = self.sent.differs(lists, self.feed.said()) {
                match Event::default().json_data(difference) {
                    Ok(event) => return Some(event),
                    Err(error) => tracing::error!(%error, "a part of the page cannot be sent"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[(&str, &str)]) -> Vec<List> {
        let item = |(key, text): &(&str, &str)| ((*key).to_owned(), html! { p id=(key) { (text) } });
        vec![List {
            id: "bears",
            items: items.iter().map(item).collect(),
        }]
    }

    #[test]
    fn only_what_differs_is_sent_and_what_is_gone_is_forgotten() {
        let mut sent = Sent::default();
        let first = sent.differs(list(&[("a", "1"), ("b", "1")]), None).unwrap();
        assert_eq!(first.items.len(), 2);
        assert_eq!(sent.differs(list(&[("a", "1"), ("b", "1")]), None), None);
        let changed = sent.differs(list(&[("b", "2"), ("a", "1")]), None).unwrap();
        assert_eq!(changed.items.keys().collect::<Vec<_>>(), ["b"]);
        assert_eq!(changed.lists["bears"], ["b", "a"]);
        let gone = sent.differs(list(&[("a", "1")]), None).unwrap();
        assert!(gone.items.is_empty() && gone.lists["bears"] == ["a"]);
        assert_eq!(sent.items.len(), 1, "nothing is kept of what is gone");
    }

    #[test]
    fn what_is_to_be_heard_is_said_once() {
        let mut sent = Sent::default();
        assert!(
            sent.differs(Vec::new(), None)
                .is_some_and(|first| first.said.is_none())
        );
        assert_eq!(sent.differs(Vec::new(), None), None);
        let news = sent.differs(Vec::new(), Some("a dead letter".into())).unwrap();
        assert_eq!(news.said.as_deref(), Some("a dead letter"));
        assert_eq!(sent.differs(Vec::new(), Some("a dead letter".into())), None);
    }
}
