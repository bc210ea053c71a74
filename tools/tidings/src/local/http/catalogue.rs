//! The catalogue: the page at `/catalogue`, and for programs at `/.well-known/api-catalog` (RFC
//! 9727) where everything is that describes this system.

use std::sync::Arc;

use axum::{
    Router,
    http::{
        HeaderName,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LINK},
    },
    routing::get,
};
use tidings_aws::System;
use tidings_catalogue::export::{Form, Subject, api_catalog, asyncapi, llms, page, xregistry};

use crate::system::document;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// Where the links are (RFC 9727, section 3.1), which the page says too.
const LINKS: &str = r#"</.well-known/api-catalog>; rel="api-catalog""#;

/// What the system's catalogue is served as.
pub fn routes(system: &System, version: &str) -> Router {
    let subject = Subject::of(&document(system), version);
    let served = [
        (api_catalog::PAGE.to_owned(), HTML, Form::Html),
        (
            api_catalog::WELL_KNOWN.to_owned(),
            api_catalog::MEDIA_TYPE,
            Form::ApiCatalog,
        ),
        (format!("/{}", asyncapi::FILE), JSON, Form::AsyncApi),
        (format!("/{}", xregistry::FILE), JSON, Form::XRegistry),
        (format!("/{}", llms::FILE), TEXT, Form::Llms),
    ];
    served
        .into_iter()
        .fold(Router::new(), |routes, (path, kind, form)| {
            let text: String = form.files(&subject).into_iter().map(|file| file.text).collect();
            let headers = headers(kind, form);
            let text: Arc<str> = text.into();
            routes.route(&path, get(async move || (headers, text.to_string())))
        })
}

/// The page alone.
pub fn page(system: &System, version: &str) -> Router {
    let text: Arc<str> = page::html(&Subject::of(&document(system), version)).into();
    let headers = headers(HTML, Form::Html);
    Router::new().route(api_catalog::PAGE, get(async move || (headers, text.to_string())))
}

/// What a file is sent with. A page is told what it may do, as it says itself.
fn headers(kind: &'static str, form: Form) -> [(HeaderName, String); 3] {
    let policy = match form {
        Form::Html => page::policy(),
        _ => "default-src 'none'".to_owned(),
    };
    [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (LINK, LINKS.to_owned()),
    ]
}
