//! `tidings dynamodb`.

use std::{net::Ipv4Addr, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use tidings_bus::EmbeddedDynamoDb;
use tokio::net::TcpListener;

use crate::{data_file::DataFile, system::storefront};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The port on loopback.
    #[arg(long, env = "DYNAMODB_PORT", default_value_t = 8000)]
    port: u16,
    /// Keeps the data in this file; without it, in memory.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Serves the database until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    // Until the server ends.
    let _own = arguments.data.as_deref().map(DataFile::take).transpose()?;
    let database = match &arguments.data {
        Some(path) => EmbeddedDynamoDb::in_file(path)?,
        None => EmbeddedDynamoDb::in_memory()?,
    };
    for table in storefront().tables() {
        database.create_table(table).await?;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener
        .with_context(|| format!("port {} on loopback; choose another with --port", arguments.port))?;
    println!("DynamoDB listens on http://{}", listener.local_addr()?);
    tokio::select! {
        () = database.serve(listener) => anyhow::bail!("the server ended"),
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| ExitCode::SUCCESS).map_err(Into::into),
    }
}
