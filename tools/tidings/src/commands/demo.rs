//! `tidings demo`: the system, shown without hands.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context as _, bail, ensure};
use http::{HeaderMap, HeaderValue, Method, Uri};
use tidings_aws::System;

use super::{console, tree::Tree};
use crate::{
    local::{
        Ledger, LocalSystem, Settings, Terminal,
        http::request,
        outside::{Calls, Folders, Mishaps},
    },
    system::storefront,
};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Prints what became of the events as JSON, for scripts.
    #[arg(long)]
    json: bool,
    /// Gives up when something is still in flight after so many seconds.
    #[arg(long, default_value_t = 30)]
    patience: u64,
}

/// Sends an order and a duplicate of its event; fails unless every consumer did its work exactly once.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    console::begin();
    let storefront = storefront();
    let folder = tempfile::tempdir()?;
    let (ledger, calls) = match arguments.json {
        true => (Ledger::default(), Calls::default()),
        false => (Ledger::shown_on(Terminal), Calls::shown_on(Terminal)),
    };
    let settings = Settings {
        data: None,
        folders: &Folders::inside(folder.path()),
        mishaps: Mishaps::default(),
        calls,
        ledger,
        schemas: None,
    };
    let system = LocalSystem::start(&storefront, settings).await?;

    system.relay();
    let shown = async {
        place_order(&storefront, &system).await?;
        system.settled().await?;
        let published = system.ledger.published();
        let placed = published.iter().find(|event| event.event_type == "order.placed");
        let placed = placed.context("the order's event was not published")?;
        let again = system.topic.publish(std::slice::from_ref(placed)).await;
        ensure!(again.iter().all(Result::is_ok), "the duplicate was not published");
        Ok(system.settled().await?)
    };
    match tokio::time::timeout(Duration::from_secs(arguments.patience), shown).await {
        Ok(shown) => shown?,
        Err(_) => bail!("something is still in flight after {} s", arguments.patience),
    }
    let tree = Tree::of(&storefront, &system.ledger);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&tree)?);
    } else {
        println!("\n{tree}");
    }
    let faults = tree.faults();
    faults.iter().for_each(|fault| eprintln!("error: {fault}"));
    if faults.is_empty() && !arguments.json {
        println!("Every consumer did its work exactly once, though the order's event came twice.");
    }
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn place_order(storefront: &System, system: &LocalSystem) -> anyhow::Result<()> {
    let path = "/orders";
    let checkout = storefront
        .endpoints()
        .find(|publisher| publisher.declared().path == path);
    let checkout = checkout.context("the system has no checkout")?;
    let uri = Uri::from_static(path);
    let mut headers = HeaderMap::new();
    headers.insert("idempotency-key", HeaderValue::from_static("demo"));
    let order = request(&Method::POST, &uri, headers, console::SAMPLE_ORDER.as_bytes());
    let answer = system.serve(checkout, order).await?;
    ensure!(
        answer.status_code == 202,
        "the order was refused: {}",
        answer.body.unwrap_or_default()
    );
    Ok(())
}
