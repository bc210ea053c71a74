//! `tidings catalog export`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use serde_json::json;
use tidings_catalogue::export::{File, Form, Subject};

use super::{say, source::Source};

/// What `tidings catalog export --help` says.
pub const ABOUT: &str = "\
Writes the catalogue in a form that others read:

  asyncapi       AsyncAPI 3.0, with the bindings of SNS and SQS (JSON)
  xregistry      xRegistry 1.0-rc4: message definitions, schemas, endpoints (JSON)
  schemas        the schema of each version, a file each
  eventcatalog   a folder that EventCatalog imports (Markdown with front matter)
  api-catalog    the links of RFC 9727, as a host serves them at /.well-known/api-catalog (JSON)
  llms           llms.txt, for language models (Markdown)
  html           a page to read: one file that needs nothing else

A form that is one file is printed, unless --out names a folder for it. `make docs` writes all of them into target/docs.";

/// The version of the system that is described.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The form: asyncapi, xregistry, schemas, eventcatalog, api-catalog, llms or html.
    #[arg(required_unless_present = "all")]
    form: Option<Form>,
    /// Writes every form into the folder of --out; what is a folder itself, into one below it.
    #[arg(long, requires = "out", conflicts_with = "form")]
    all: bool,
    /// Writes into this folder, which is made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// Prints which files were written, as JSON.
    #[arg(long, requires = "out")]
    json: bool,
}

/// Exports it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = arguments.source.read().await?;
    let subject = Subject::of(&document, VERSION);
    let files = match arguments.form {
        Some(form) => form.files(&subject),
        None => every(&subject),
    };
    match (&arguments.out, &files[..]) {
        (Some(folder), files) => written(folder, files, arguments.json),
        (None, [only]) => say(&only.text).map(|()| ExitCode::SUCCESS),
        (None, _) => {
            eprintln!("error: this form is a folder: say where it is to be, with --out FOLDER");
            Ok(ExitCode::from(2))
        }
    }
}

/// The files of all forms. The pages of EventCatalog have a folder of their own.
fn every(subject: &Subject) -> Vec<File> {
    let forms = Form::ALL.into_iter().flat_map(|form| {
        let below = match form {
            Form::EventCatalog => "eventcatalog/",
            _ => "",
        };
        let files = form.files(subject).into_iter();
        files.map(move |file| File {
            path: format!("{below}{}", file.path),
            ..file
        })
    });
    forms.collect()
}

fn written(folder: &Path, files: &[File], json: bool) -> anyhow::Result<ExitCode> {
    for file in files {
        let path = folder.join(&file.path);
        let above = path.parent().unwrap_or(folder);
        fs::create_dir_all(above).with_context(|| above.display().to_string())?;
        fs::write(&path, &file.text).with_context(|| path.display().to_string())?;
    }
    match json {
        true => {
            let paths: Vec<_> = files.iter().map(|file| &file.path).collect();
            say(&format!("{:#}\n", json!({ "folder": folder, "files": paths })))?;
        }
        false => eprintln!("{} files are in {}", files.len(), folder.display()),
    }
    Ok(ExitCode::SUCCESS)
}
