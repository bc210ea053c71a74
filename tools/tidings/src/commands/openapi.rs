//! `tidings openapi`.

use std::process::ExitCode;

use crate::system::storefront;

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the endpoints are; several can be given. Without it, where the document is.
    #[arg(long, value_name = "URL")]
    server: Vec<String>,
}

/// Prints the description of the endpoints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let description = storefront().description(env!("CARGO_PKG_VERSION"));
    let description = match arguments.server.as_slice() {
        [] => description.server("/", "Where this document is."),
        servers => servers.iter().fold(description, |description, url| {
            description.server(url, "The endpoints.")
        }),
    };
    println!("{}", serde_json::to_string_pretty(&description.document())?);
    Ok(ExitCode::SUCCESS)
}
