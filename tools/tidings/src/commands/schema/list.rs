//! `tidings schema list`.

use std::process::ExitCode;

use comfy_table::{Table, presets::NOTHING};
use serde_json::json;
use tidings_core::contract::{
    Contract, ContractVersion, Form,
    kept::{File, State},
};

use super::folder::Folder;
use crate::system::storefront;

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Lists the contracts; exits with 1 when a file is not what the code says.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let contracts = storefront().contracts();
    let files = arguments.folder.files(&contracts)?;
    let same = files.iter().all(|file| file.state == State::Same);
    match arguments.json {
        true => println!("{:#}", document(&contracts, &files)),
        false => print(&contracts, &files),
    }
    Ok(if same {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn versions(contracts: &[Contract]) -> impl Iterator<Item = (&Contract, &ContractVersion)> {
    contracts
        .iter()
        .flat_map(|contract| contract.versions.iter().map(move |version| (contract, version)))
}

fn state(files: &[File], contract: &Contract, version: &ContractVersion, form: Form) -> &'static str {
    let mut files = files.iter();
    let file =
        files.find(|file| file.name == contract.name && file.version == version.version && file.form == form);
    file.map_or("is not read", |file| match file.state {
        State::Same => "as the code says",
        State::Missing => "missing",
        State::Reworded => "other words",
        State::Changed => "differs",
        State::Broken => "no JSON",
    })
}

fn print(contracts: &[Contract], files: &[File]) {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header(["type", "version", "kind", "service", "as written", "as read", ""]);
    for (contract, version) in versions(contracts) {
        let kind = json!(contract.kind);
        let deprecated = version
            .deprecated
            .map(|one| format!("deprecated, until {}", one.until));
        table.add_row([
            contract.name.clone(),
            format!("v{}", version.version),
            kind.as_str().unwrap_or_default().to_owned(),
            contract.service.to_owned(),
            state(files, contract, version, Form::Written).to_owned(),
            state(files, contract, version, Form::Reader).to_owned(),
            deprecated.unwrap_or_default(),
        ]);
    }
    println!("{table}");
    if files.iter().any(|file| file.state != State::Same) {
        eprintln!("`tidings schema write` writes what is new and what may change");
    }
}

fn document(contracts: &[Contract], files: &[File]) -> serde_json::Value {
    let versions = versions(contracts).map(|(contract, version)| {
        json!({
            "type": contract.name,
            "version": version.version,
            "kind": contract.kind,
            "service": contract.service,
            "minReader": version.min_reader,
            "written": state(files, contract, version, Form::Written),
            "read": state(files, contract, version, Form::Reader),
            "deprecated": version.deprecated,
        })
    });
    versions.collect::<Vec<_>>().into()
}
