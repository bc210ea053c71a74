//! `tidings local`: the whole system in this process.

use std::{net::Ipv4Addr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlRequestContextAuthorizerDescription as Authorizer,
    LambdaFunctionUrlRequestContextAuthorizerIamDescription as Iam, LambdaFunctionUrlResponse,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tidings_aws::http::{MOST_BODY_BYTES, Problem};
use tokio::net::TcpListener;

use super::console;
use crate::{
    local::{
        Ledger, LocalSystem, Settings, Terminal,
        outside::{Calls, Fail, Folders, Mishaps, PROVIDERS, Slow},
        shelves,
    },
    registry::{Registry, ServeUrl},
    signals::Signals,
    system::storefront,
    world::World,
};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The port on loopback; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    port: u16,
    /// Keeps the data in this file; without it, in memory.
    #[arg(long, env = "TIDINGS_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    folders: Folders,
    /// Makes somebody take so long for each call: a provider, a consumer, or a table for publishers (stripe=2s, track-analytics=300ms,
    /// stock=0.2s). Can be given several times.
    #[arg(long, value_name = "NAME=TIME")]
    slow: Vec<Slow>,
    /// Makes a provider fail so often, from 0 to 1 (slack=0.3). Can be given several times. Providers: mail, stripe, slack, warehouse, crm,
    /// affiliates, invoices.
    #[arg(long, value_name = "NAME=RATE")]
    fail: Vec<Fail>,
}

/// How long what is in flight may still take when the run is stopped; queues are in memory.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Runs until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    console::begin();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener
        .with_context(|| format!("port {} on loopback; choose another with PORT=…", arguments.port))?;
    let registry = storefront();
    let settings = Settings {
        data: arguments.data.as_deref(),
        folders: &arguments.folders,
        mishaps: mishaps(&registry, &arguments)?,
        calls: Calls::shown_on(Terminal),
        ledger: Ledger::shown_on(Terminal),
    };
    let system = LocalSystem::start(&registry, settings).await?;
    let app = routes(&registry, &system.world).merge(calls(&system));
    let mut signals = Signals::listen()?;
    welcome(&listener, &arguments)?;
    system.relay();
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { signals.next().await })
        .await?;
    match tokio::time::timeout(LAST_WORK, system.settled()).await {
        Ok(settled) => settled?,
        Err(_) => println!(
            "{} messages were still in flight; {}",
            system.unsettled(),
            match arguments.data {
                Some(_) => "their events come again in the next run",
                None => "they are lost (--data keeps them)",
            }
        ),
    }
    println!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What is made to go wrong; a name that is nobody's is told from one that is.
fn mishaps(registry: &Registry, arguments: &Arguments) -> anyhow::Result<Mishaps> {
    let consumers = registry.consumers().iter().map(|consumer| consumer.name);
    let tables = registry.tables().map(|table| table.name);
    let slow: Vec<_> = PROVIDERS.into_iter().chain(consumers).chain(tables).collect();
    let mishaps = Mishaps::default();
    for one in &arguments.slow {
        let known = slow.contains(&one.name.as_str());
        ensure!(
            known,
            "--slow: there is no {}; there are {}",
            one.name,
            slow.join(", ")
        );
        mishaps.slow(one.clone());
    }
    for one in &arguments.fail {
        let known = PROVIDERS.contains(&one.name.as_str());
        let providers = PROVIDERS.join(", ");
        ensure!(
            known,
            "--fail: there is no provider {}; there are {providers}",
            one.name
        );
        mishaps.fail(one.clone());
    }
    Ok(mishaps)
}

/// `GET /outside`: what the stand-ins of the providers have been told, oldest first. Only a local run has it.
fn calls(system: &LocalSystem) -> Router {
    let calls = system.calls.clone();
    let told = move || {
        let calls = calls.clone();
        async move { Json(calls.all()) }
    };
    Router::new().route("/outside", get(told))
}

fn welcome(listener: &TcpListener, arguments: &Arguments) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let data = arguments
        .data
        .as_ref()
        .map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
    println!(
        "Tidings is ready on http://{address}  (data: {data}; mail: {}; invoices: {})\n\nPlace an order:\n\n  \
         curl -i http://{address}/orders -H 'content-type: application/json' -H 'idempotency-key: order-1' -d '{}'\n\n\
         The same key again is the same order; tok_chargeDeclined is a card that is refused. In stock are {} of {}, unless somebody\n\
         has received them before.\n\n\
         Look at it:\n\n  curl 'http://{address}/orders?user=guest'\n\n\
         What each consumer does shows here. Ctrl-C stops.\n",
        arguments.folders.mail.display(),
        arguments.folders.invoices.display(),
        console::SAMPLE_ORDER,
        shelves::PIECES,
        shelves::ARTICLES.join(" and of "),
    );
    Ok(())
}

fn routes(registry: &Registry, world: &World) -> Router {
    let routes = registry.endpoints().fold(Router::new(), |routes, entry| {
        let publisher = (entry.make)(world);
        let method = Method::from_bytes(entry.method.as_bytes()).ok();
        let filter = method
            .and_then(|method| MethodFilter::try_from(method).ok())
            .unwrap_or(MethodFilter::POST);
        let handler =
            move |method: Method, uri: Uri, headers: HeaderMap, body: Result<Bytes, BytesRejection>| {
                let publisher: Arc<dyn ServeUrl> = publisher.clone();
                async move {
                    match body {
                        Ok(body) => answer(publisher.serve(request(&method, &uri, headers, &body)).await),
                        Err(rejection) => problem(rejection.status(), rejection.body_text()),
                    }
                }
            };
        routes.route(entry.path, on(filter, handler))
    });
    routes
        .fallback(|uri: Uri| async move {
            problem(
                StatusCode::NOT_FOUND,
                format!("there is nothing at {}", uri.path()),
            )
        })
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            problem(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} does not take {method}", uri.path()),
            )
        })
        // The publisher itself refuses a body that is too large; this bounds what is read for it.
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES * 8))
}

fn problem(status: StatusCode, detail: String) -> Response {
    answer(Problem::new(status, detail).response())
}

/// Who calls, where nothing authorises: a local run takes their word for it. When deployed, IAM says who it is, and this header says nothing.
const CALLER: &str = "x-caller";

/// The caller as the authoriser of a Function URL would tell of them.
fn authorised(caller: &str) -> Authorizer {
    let mut iam = Iam::default();
    iam.user_id = Some(caller.to_owned());
    let mut authorizer = Authorizer::default();
    authorizer.iam = Some(iam);
    authorizer
}

/// The request as a Function URL would hand it over.
pub fn request(method: &Method, uri: &Uri, headers: HeaderMap, body: &[u8]) -> LambdaFunctionUrlRequest {
    let mut request = LambdaFunctionUrlRequest::default();
    request.raw_path = Some(uri.path().to_owned());
    request.raw_query_string = uri.query().map(ToOwned::to_owned);
    request.request_context.http.method = Some(method.to_string());
    request.request_context.http.path = Some(uri.path().to_owned());
    request.request_context.http.source_ip = Some(Ipv4Addr::LOCALHOST.to_string());
    let agent = headers.get("user-agent").and_then(|agent| agent.to_str().ok());
    request.request_context.http.user_agent = agent.map(ToOwned::to_owned);
    let caller = headers.get(CALLER).and_then(|caller| caller.to_str().ok());
    request.request_context.authorizer = caller.map(authorised);
    request.headers = headers;
    request.is_base64_encoded = std::str::from_utf8(body).is_err();
    request.body = Some(match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => BASE64_STANDARD.encode(body),
    });
    request
}

fn answer(response: LambdaFunctionUrlResponse) -> Response {
    let status = u16::try_from(response.status_code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, response.headers, response.body.unwrap_or_default() + "\n").into_response()
}
