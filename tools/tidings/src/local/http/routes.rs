//! Where everything is.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, rejection::BytesRejection},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{ALLOW, CONTENT_SECURITY_POLICY},
    },
    response::{Html, IntoResponse as _, Response},
    routing::{MethodFilter, MethodRouter, get},
};
use tidings_aws::{
    Setting, System,
    http::{MOST_BODY_BYTES, allowed},
    service::{EndpointEntry, Error},
};
use tidings_console::Feed;

use super::{
    catalogue,
    exchange::{answer, no_caller, problem, request},
    origin::{Origin, cors},
    page::page,
    watched::serve_watched,
};

/// The version of the system that is described.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What stands at one path.
#[derive(Default)]
struct Place {
    methods: Vec<&'static str>,
    endpoints: MethodRouter,
}

/// Every endpoint, and their description. Pages of these origins may call them, and the feed is told of what they are asked.
///
/// # Errors
/// When an endpoint cannot be made.
pub async fn routes(
    system: &System,
    setting: &Setting,
    origins: &[Origin],
    feed: Option<&Arc<Feed>>,
) -> Result<Router, Error> {
    let mut places = BTreeMap::<_, Place>::new();
    for entry in system.endpoints() {
        let place = places.entry(entry.declared().path).or_default();
        place.add(entry, setting, feed).await?;
    }
    let described = described(system);
    let routes = places.into_iter().fold(described, |routes, (path, place)| {
        routes.route(path, place.whole())
    });
    let routes = routes
        .fallback(|uri: Uri| async move {
            problem(
                StatusCode::NOT_FOUND,
                format!("there is nothing at {}", uri.path()),
            )
        })
        // The endpoint itself refuses a body that is too large; this bounds what is read for it.
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES * 8));
    Ok(match origins {
        [] => routes,
        origins => routes.layer(cors(origins, system.endpoints().map(method))),
    })
}

/// The description of the endpoints, as a document and as a page.
fn described(system: &System) -> Router {
    let description = system.description(VERSION).server("/", "This process.");
    let document = Arc::new(description.document());
    let page = page(&document);
    // A page without scripts, and with nothing from elsewhere.
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    Router::new()
        .route(
            "/openapi.json",
            get(async move || Json(document.as_ref().clone())),
        )
        .route(
            "/api",
            get(async move || ([(CONTENT_SECURITY_POLICY, policy)], Html(page))),
        )
        .merge(catalogue::routes(system, VERSION))
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            not_taken(&method, &uri, &allowed(["GET"]))
        })
}

impl Place {
    async fn add(
        &mut self,
        entry: &EndpointEntry,
        setting: &Setting,
        feed: Option<&Arc<Feed>>,
    ) -> Result<(), Error> {
        let (endpoint, feed) = (entry.endpoint(setting).await?, feed.cloned());
        let declared = entry.declared().clone();
        let handler = move |method: Method,
                            uri: Uri,
                            headers: HeaderMap,
                            body: Result<Bytes, BytesRejection>| async move {
            match (no_caller(&headers), body) {
                (Some(problem), _) => answer(problem.response()),
                (None, Ok(body)) => {
                    let request = request(&method, &uri, headers, &body);
                    answer(serve_watched(feed.as_deref(), &declared, &*endpoint, request).await)
                }
                (None, Err(rejection)) => problem(rejection.status(), rejection.body_text()),
            }
        };
        let filter = MethodFilter::try_from(method(entry)).expect("an endpoint's method is one of HTTP's");
        self.methods.push(entry.declared().method);
        self.endpoints = std::mem::take(&mut self.endpoints).on(filter, handler);
        Ok(())
    }

    /// With an answer to every other method. Where several endpoints share a path, none of them alone knows which methods are taken.
    fn whole(self) -> MethodRouter {
        let allow = allowed(self.methods);
        self.endpoints
            .fallback(async move |method: Method, uri: Uri| not_taken(&method, &uri, &allow))
    }
}

/// The answer to a method that is none of an endpoint: OPTIONS asks for those that are.
fn not_taken(method: &Method, uri: &Uri, allow: &str) -> Response {
    let mut response = match *method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => problem(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("{} does not take {method}", uri.path()),
        ),
    };
    let allow = HeaderValue::from_str(allow).expect("methods are visible ASCII");
    response.headers_mut().insert(ALLOW, allow);
    response
}

fn method(entry: &EndpointEntry) -> Method {
    Method::from_bytes(entry.declared().method.as_bytes()).expect("an endpoint's method is one of HTTP's")
}
