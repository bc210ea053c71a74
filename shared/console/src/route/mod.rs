//! Where the pages are. A path, a file.

mod acts;
mod assets;
mod consumers;
mod feed;
mod letters;
mod live;
mod traces;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::from_fn,
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use maud::Markup;
use tidings_catalogue::Document;

use crate::{Console, Feed, View, console::Standings, guard, live::List};

/// Bytes of a form, at most.
const FORM: usize = 16 * 1024;

type Here = axum::extract::State<Arc<Console>>;

impl Console {
    /// Every page, with those of this system alone (`own`), behind the same guards.
    pub fn routes(self: &Arc<Self>, own: Router) -> Router {
        let first = match self.feed() {
            Some(_) => get(live::page),
            None => get(async || axum::response::Redirect::to("/console/consumers")),
        };
        Router::new()
            .route("/", first)
            .route("/console/consumers", get(consumers::page))
            .route("/console/letters", get(letters::all))
            .route("/console/letters/group/{group}", get(letters::group))
            .route("/console/letters/letter/{letter}", get(letters::one))
            .route("/console/letters/redrive", post(acts::redrive))
            .route("/console/letters/drop", post(acts::drop))
            .route("/console/acts/{act}", get(acts::page))
            .route("/console/traces", get(traces::page))
            .route("/console/feed/{view}", get(feed::watch))
            .route("/console/style.css", get(assets::style))
            .route("/console/script.js", get(assets::script))
            .route("/console/icon.svg", get(assets::icon))
            .with_state(self.clone())
            .merge(own)
            .layer(DefaultBodyLimit::max(FORM))
            .layer(from_fn(guard::policy::add))
            .layer(from_fn(guard::origin::check))
            .layer(from_fn(guard::host::check))
    }
}

/// What the pages of every system show live.
pub(crate) fn views(
    feed: &Arc<Feed>,
    document: &Arc<Document>,
    standing: &Arc<Standings>,
) -> [(&'static str, Arc<dyn View>); 2] {
    let live = live::Flows { feed: feed.clone() };
    let consumers = consumers::Consumers {
        feed: feed.clone(),
        document: document.clone(),
        standing: standing.clone(),
    };
    [
        (live::VIEW, Arc::new(live)),
        (consumers::VIEW, Arc::new(consumers)),
    ]
}

pub(crate) fn html(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

/// A page that says why something was not done.
pub(crate) fn refused(console: &Console, status: StatusCode, here: &str, why: &str) -> Response {
    let title = match status {
        StatusCode::NOT_FOUND => "It is not there",
        _ => "Not done",
    };
    (status, Html(console.refused(here, title, why).into_string())).into_response()
}

/// The markup of a list, by the view that has it.
pub(crate) fn inside(lists: &[List], id: &str) -> Markup {
    let list = lists.iter().find(|list| list.id == id);
    list.map(List::inside).unwrap_or_else(|| maud::html! {})
}
