//! `tidings schema write`.

use std::process::ExitCode;

use tidings_core::contract::{
    Form,
    kept::{File, State},
};

use super::folder::Folder;
use crate::system::storefront;

pub const ABOUT: &str = "\
Writes the schemas beside the samples: `events/<type>/v<N>.schema.json` as its producers write it, `v<N>.reader.json` as today's code reads it.

A schema as written that says something else of the data than the file that is there is not written: what was released never changes. Raise the type's \
VERSION and read the old one by `upcast`; or, if this version has never been released (it is in no tag, and not on the main branch), say so with \
`--unreleased <type>`. Other words, and what is read, are always written.

Exits with 1 when something was not written.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The current version of this type has not been released: what is written of it may change.
    /// Can be given several times.
    #[arg(long, value_name = "TYPE")]
    unreleased: Vec<String>,
}

/// Writes what may be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let contracts = storefront().contracts();
    let unknown = arguments
        .unreleased
        .iter()
        .find(|name| !contracts.iter().any(|contract| contract.name == **name));
    if let Some(unknown) = unknown {
        anyhow::bail!("--unreleased {unknown}: there is no such type; `tidings schema list` has them");
    }
    let mut refused = false;
    for file in arguments.folder.files(&contracts)? {
        let path = arguments.folder.path(&file.path);
        let path = path.display();
        match file.state {
            State::Same => {}
            _ if may_be_written(&file, &arguments.unreleased) => {
                arguments.folder.write(&file)?;
                println!("{path}: {}", written(file.state));
            }
            _ => {
                refused = true;
                eprintln!(
                    "{path}: not written. The code writes something else than version {version} of {name} was released with. Raise its VERSION to {next} and read \
                     version {version} by `upcast`, or say --unreleased {name} if it is in no release",
                    version = file.version,
                    name = file.name,
                    next = file.version + 1,
                );
            }
        }
    }
    Ok(if refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn may_be_written(file: &File, unreleased: &[String]) -> bool {
    let of_the_data = matches!(file.state, State::Changed | State::Broken) && file.form == Form::Written;
    !of_the_data || unreleased.contains(&file.name)
}

fn written(state: State) -> &'static str {
    match state {
        State::Missing => "new",
        State::Reworded => "in other words",
        State::Same | State::Changed | State::Broken => "changed",
    }
}
