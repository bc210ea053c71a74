//! `tidings local`: the whole system in this process.

use std::{net::Ipv4Addr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, ensure};
use axum::{Json, Router, middleware::from_fn, routing::get};
use tidings_aws::System;
use tidings_console::{Feed, guard};
use tidings_core::contract::Schemas;
use tokio::net::TcpListener;

use super::console;
use crate::{
    data_file::DataFile,
    local::{
        Ledger, LocalSystem, Settings, Terminal, dead_letters,
        http::{Origin, routes, schemas},
        operators,
        outside::{Calls, Fail, Folders, Mishaps, PROVIDERS, Slow},
        shelves, shop, watch,
    },
    signals::Signals,
    system::{document, storefront},
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
    /// Lets pages of this origin call the endpoints (http://localhost:3000); without it, no page of another origin can read an answer. Can be
    /// given several times; `*` is every origin.
    #[arg(long, value_name = "ORIGIN")]
    cors: Vec<Origin>,
}

/// How long what is in flight may still take when the run is stopped; queues are in memory.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Runs until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    console::begin();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener
        .with_context(|| format!("port {} on loopback; choose another with PORT=…", arguments.port))?;
    let storefront = storefront();
    let schemas = Schemas::at(format!("http://{}/schemas", listener.local_addr()?));
    // Until the run ends.
    let data = arguments.data.as_deref().map(DataFile::take).transpose()?;
    let feed = Arc::new(Feed::new(Arc::new(document(&storefront))));
    let mishaps = mishaps(&storefront, &arguments)?;
    let settings = Settings {
        data: data.as_ref().map(DataFile::path),
        folders: &arguments.folders,
        mishaps: mishaps.clone(),
        calls: Calls::shown_on(Terminal),
        ledger: Ledger::shown_on(Terminal).feeding(feed.clone()),
        schemas: Some(schemas.clone()),
    };
    let system = LocalSystem::start(&storefront, settings).await?;
    let app = routes(&storefront, &system.setting, &arguments.cors, Some(&feed))
        .await
        .map_err(|error| anyhow!(error))?;
    let app = app.merge(schemas::routes(&storefront, &schemas));
    let app = app
        .merge(noted(&system))
        .merge(dead_letters::route(&system))
        .merge(operators::routes(
            system.letters.sqs().clone(),
            system.database.clone(),
        ));
    let invoices = arguments.folders.invoices.clone();
    let shop = shop::Shop::of(&storefront, &system, mishaps, invoices, feed.clone()).await?;
    let app = app
        .merge(watch::routes(&storefront, &system, &shop, &feed)?)
        // A page of a name that was pointed at this machine is nobody's to be answered.
        .layer(from_fn(guard::host::check));
    let mut signals = Signals::listen()?;
    welcome(&listener, &arguments)?;
    system.relay();
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            signals.next().await;
            // Who watches would be waited for.
            feed.close();
        })
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
fn mishaps(system: &System, arguments: &Arguments) -> anyhow::Result<Mishaps> {
    let consumers = system.consumers().iter().map(|consumer| consumer.declared().name);
    let tables = system.tables().map(|table| table.name);
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

/// `GET /outside`: what the stand-ins of the providers have been told, oldest first. `GET /published`: every event that was published, as it
/// travels. Only a local run has them.
fn noted(system: &LocalSystem) -> Router {
    let (calls, ledger) = (system.calls.clone(), system.ledger.clone());
    let told = async move || Json(calls.all());
    let published = async move || Json(ledger.published());
    Router::new()
        .route("/outside", get(told))
        .route("/published", get(published))
}

fn welcome(listener: &TcpListener, arguments: &Arguments) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let data = arguments
        .data
        .as_ref()
        .map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
    println!(
        "Tidings is ready on http://{address}  (data: {data}; mail: {}; invoices: {})\n\n\
         Open that address in a browser: order something there, and watch what becomes of it. Or place an order from here:\n\n  \
         curl -i http://{address}/orders -H 'content-type: application/json' -H 'idempotency-key: order-1' -d '{}'\n\n\
         The same key again is the same order; tok_chargeDeclined is a card that is refused. In stock are {} of {}, unless somebody\n\
         has received them before.\n\n\
         Look at it, by the id and the secret that it answers:\n\n  \
         curl http://{address}/orders/<orderId> -H 'order-secret: <secret>'\n\n\
         Everything that can be called is at http://{address}/api , for programs at http://{address}/openapi.json (OpenAPI 3.1).\n\
         Who speaks to whom is at http://{address}/catalogue ; what events, commands and answers look like at http://{address}/schemas (JSON Schema 2020-12).\n\
         What each consumer does shows here, too; what none could do, `tidings dlq --local http://{address} list` shows. Ctrl-C stops.\n",
        arguments.folders.mail.display(),
        arguments.folders.invoices.display(),
        console::SAMPLE_ORDER,
        shelves::PIECES,
        shelves::ARTICLES.join(" and of "),
    );
    Ok(())
}
