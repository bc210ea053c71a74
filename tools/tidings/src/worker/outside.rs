//! The outside world of a worker's consumer: the providers that it declares, made as its function makes them.

use std::{collections::HashMap, path::PathBuf};

use anyhow::ensure;
use storefront_documents::invoices_of;
use storefront_mail::mailer_of;
use storefront_providers::{NoProvider, Outside, Providers};
use tidings_aws::environment::optional;
use tidings_core::{catalogue::Resource, consumer::Declared};

use super::deployment::Deployment;

/// Folders of this machine that take what would go to SES and to S3.
#[derive(Debug, Clone, clap::Args)]
pub struct Folders {
    /// Writes mails into this folder, as .eml files; without it, SES sends them from MAIL_FROM.
    #[arg(long, env = "MAIL_FOLDER")]
    pub mail: Option<PathBuf>,
    /// Writes invoices into this folder, as PDF files; without it, they go into their bucket.
    #[arg(long, env = "INVOICES_FOLDER")]
    pub invoices: Option<PathBuf>,
}

/// The providers that a consumer declares, and no others. What its function is told by variables is told by the same ones here, or found by the names
/// of what is deployed; what whoever deployed has chosen has to be told.
pub async fn outside(
    deployment: &Deployment,
    consumer: &Declared,
    folders: &Folders,
) -> anyhow::Result<Outside> {
    chosen(consumer)?;
    let mut said = HashMap::new();
    let chosen = [
        ("MAIL_FOLDER", &folders.mail),
        ("INVOICES_FOLDER", &folders.invoices),
    ];
    for (variable, folder) in chosen {
        if let Some(folder) = folder {
            said.insert(variable.to_owned(), folder.display().to_string());
        }
    }
    for resource in consumer.uses {
        match resource {
            Resource::Secret(name) => {
                said.insert(variable("SECRET", name), deployment.names.secret(name));
            }
            Resource::Bucket(name, _) if folders.invoices.is_none() => {
                let variable = variable("BUCKET", name);
                if optional(&variable).is_none() {
                    said.insert(variable, deployment.bucket(consumer, name).await?);
                }
            }
            _ => {}
        }
    }
    let providers = Providers::said_by(&deployment.config, move |name| {
        optional(name).or_else(|| said.get(name).cloned())
    });
    let name = consumer.name;
    all(&providers, consumer.uses).await.map_err(|error| {
        let what = match &error {
            NoProvider::NoSender => format!("{name} sends mail: --mail <FOLDER> keeps it here"),
            NoProvider::Secret(_) => format!("{name} reaches a provider by a secret"),
            _ => name.to_owned(),
        };
        anyhow::Error::new(error).context(what)
    })
}

async fn all(providers: &Providers, uses: &[Resource]) -> Result<Outside, NoProvider> {
    let mut outside = providers.outside(uses).await?;
    for resource in uses {
        match resource {
            Resource::Mail => outside.mailer = mailer_of(providers)?,
            Resource::Bucket("invoices", _) => outside.invoices = invoices_of(providers)?,
            Resource::Bucket(name, _) => return Err(NoProvider::Unknown((*name).to_owned())),
            _ => {}
        }
    }
    Ok(outside)
}

/// Fails where a value is not said that whoever deployed has chosen: with the default, a consumer would do otherwise than its function.
fn chosen(consumer: &Declared) -> anyhow::Result<()> {
    for resource in consumer.uses {
        let Resource::Parameter(parameter) = resource else {
            continue;
        };
        let variable = parameter.variable();
        ensure!(
            optional(&variable).is_some(),
            "{} was told {variable} when it was deployed, and has to be told here as well ({}; unless another was chosen, {variable}={})",
            consumer.name,
            parameter.summary,
            parameter.default
        );
    }
    Ok(())
}

fn variable(kind: &str, name: &str) -> String {
    format!("{kind}_{}", name.to_ascii_uppercase().replace('-', "_"))
}
