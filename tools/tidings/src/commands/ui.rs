//! `tidings ui`: the pages of a system that does not run in this process.

use std::{net::Ipv4Addr, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use axum::Router;
use tidings_console::{Console, Settings};
use tidings_trace::Sources;
use tokio::net::TcpListener;

use super::dlq::site::{At, Reached};
use crate::{
    local::http::catalogue,
    operator::user,
    signals::Signals,
    system::{document, storefront},
};

/// What `tidings ui --help` says.
pub const ABOUT: &str = "\
Pages of a system, in a browser of this machine: its consumers, dead letters by cause with what a redrive would do now, traces, and the catalogue.

Where: what is deployed (--stage; region, credentials and endpoint as the AWS CLI takes them), or the data file of a local run when nobody runs it (--data). A local run has \
its page itself, with what happens in it as it happens.

The pages are read-only, unless --allow-changes is given: then letters can be redriven and dropped, each act recorded with --who. Personal values stay sealed. They are served \
on loopback, to browsers of this machine alone.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: At,
    /// Who is at work, for the record.
    #[arg(long, env = "TIDINGS_OPERATOR", default_value_t = user())]
    who: String,
    /// The port on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Lets the pages redrive and drop letters.
    #[arg(long)]
    allow_changes: bool,
}

/// Serves them until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    super::console::begin();
    let place = arguments.at.place();
    let mut reached = arguments.at.reach(false).await?;
    // The data file, if it is one, is this process's own until it ends.
    let _data = reached.data.take();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener
        .with_context(|| format!("port {} on loopback; choose another with --port", arguments.port))?;
    let app = pages(reached, &place, arguments.who, arguments.allow_changes);
    let mut signals = Signals::listen()?;
    let may = if arguments.allow_changes {
        "letters can be redriven and dropped"
    } else {
        "read-only"
    };
    println!(
        "The pages of {place} are at http://{}  ({may}). Ctrl-C stops.",
        listener.local_addr()?
    );
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { signals.next().await })
        .await?;
    Ok(ExitCode::SUCCESS)
}

fn pages(reached: Reached, place: &str, who: String, changes: bool) -> Router {
    let storefront = storefront();
    let document = Arc::new(document(&storefront));
    let desk = Arc::new(reached.desk);
    let console = Console::new(Settings {
        sources: Sources::new(
            document.as_ref().clone(),
            &reached.dynamodb,
            reached.traced,
            desk.clone(),
        ),
        document,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        place: place.to_owned(),
        desk,
        feed: None,
        who,
        changes,
        tabs: Vec::new(),
        last_tabs: Vec::new(),
        beside: None,
        views: Vec::new(),
    });
    console.routes(catalogue::page(&storefront, env!("CARGO_PKG_VERSION")))
}
