//! What the pages are made of.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use maud::Markup;
use tidings_catalogue::Document;
use tidings_operations::{Desk, Standing};
use tidings_trace::Sources;
use tokio::sync::{Mutex, Semaphore};

use crate::{Feed, Tab, View, live::List, route};

/// How many may watch at once. A browser has one connection for each page that it shows.
const WATCHERS: usize = 64;

/// What stands beside the live page: what can be done with this system.
pub trait Beside: Send + Sync {
    /// It, as it is now.
    fn beside(&self) -> BoxFuture<'_, Markup>;
}

/// How a console is to be.
pub struct Settings {
    /// The system, as it describes itself.
    pub document: Arc<Document>,
    /// Its version.
    pub version: String,
    /// Where it is, in words that follow its name (`in this process`).
    pub place: String,
    /// Where its operators work.
    pub desk: Arc<Desk>,
    /// Where traces are read from.
    pub sources: Sources,
    /// What happens in it, where it runs in this process.
    pub feed: Option<Arc<Feed>>,
    /// Who is at work, for the record.
    pub who: String,
    /// Whether letters may be redriven and dropped.
    pub changes: bool,
    /// Pages that only this system has: those that come before the others.
    pub tabs: Vec<Tab>,
    /// And those that come last.
    pub last_tabs: Vec<Tab>,
    /// What stands beside the live page.
    pub beside: Option<Arc<dyn Beside>>,
    /// What the pages of this system show live, by the names that they say ([`crate::Page`]).
    pub views: Vec<(&'static str, Arc<dyn View>)>,
}

/// The console of a system.
pub struct Console {
    settings: Settings,
    tabs: Vec<Tab>,
    views: BTreeMap<&'static str, Arc<dyn View>>,
    pub(crate) watchers: Arc<Semaphore>,
    standing: Arc<Standings>,
}

/// How consumers stand, asked for again when it is older than it may be.
pub(crate) struct Standings {
    desk: Arc<Desk>,
    /// How old it may be.
    fresh: Duration,
    last: Mutex<Option<(Instant, Arc<[Standing]>)>>,
}

impl Standings {
    pub(crate) async fn now(&self) -> Arc<[Standing]> {
        // Whoever comes while it is asked for waits for the same answer.
        let mut last = self.last.lock().await;
        if let Some((at, standing)) = last.as_ref()
            && at.elapsed() < self.fresh
        {
            return standing.clone();
        }
        let standing: Arc<[Standing]> = self.desk.standing().await.into();
        *last = Some((Instant::now(), standing.clone()));
        standing
    }
}

impl Console {
    /// A console.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        let live = settings.feed.is_some().then_some(Tab::LIVE);
        let own = [Tab::CONSUMERS, Tab::LETTERS, Tab::TRACES, Tab::CATALOGUE];
        let (first, last) = (settings.tabs.iter().copied(), settings.last_tabs.iter().copied());
        let tabs = live.into_iter().chain(first).chain(own).chain(last);
        // What is asked for over a network is asked for seldom.
        let fresh = Duration::from_secs(if settings.feed.is_some() { 1 } else { 5 });
        let standing = Arc::new(Standings {
            desk: settings.desk.clone(),
            fresh,
            last: Mutex::default(),
        });
        let mut views: BTreeMap<_, _> = settings.views.iter().cloned().collect();
        if let Some(feed) = &settings.feed {
            views.extend(route::views(feed, &settings.document, &standing));
        }
        Arc::new(Self {
            tabs: tabs.collect(),
            views,
            watchers: Arc::new(Semaphore::new(WATCHERS)),
            standing,
            settings,
        })
    }

    /// The system's name.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.settings.document.system
    }

    pub(crate) fn version(&self) -> &str {
        &self.settings.version
    }

    pub(crate) fn place(&self) -> &str {
        &self.settings.place
    }

    pub(crate) fn document(&self) -> &Document {
        &self.settings.document
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.settings.desk
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.settings.sources
    }

    pub(crate) fn feed(&self) -> Option<&Arc<Feed>> {
        self.settings.feed.as_ref()
    }

    pub(crate) fn who(&self) -> &str {
        &self.settings.who
    }

    pub(crate) fn changes(&self) -> bool {
        self.settings.changes
    }

    pub(crate) fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    pub(crate) fn view(&self, name: &str) -> Option<&Arc<dyn View>> {
        self.views.get(name)
    }

    pub(crate) async fn standing(&self) -> Arc<[Standing]> {
        self.standing.now().await
    }

    pub(crate) async fn beside(&self) -> Option<Markup> {
        match &self.settings.beside {
            Some(beside) => Some(beside.beside().await),
            None => None,
        }
    }

    /// What a view shows now, by the ids of its lists.
    pub async fn shown(&self, view: &str) -> BTreeMap<&'static str, Markup> {
        let lists = match self.view(view) {
            Some(view) => view.lists().await,
            None => Vec::new(),
        };
        lists.iter().map(|list: &List| (list.id, list.inside())).collect()
    }
}
