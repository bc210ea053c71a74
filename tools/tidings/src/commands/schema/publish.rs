//! `tidings schema publish`.

use std::process::ExitCode;

use anyhow::Context as _;
use aws_sdk_s3::{Client, error::DisplayErrorContext, primitives::ByteStream};
use tidings_core::contract::{Contract, Schemas, text};

use crate::{
    commands::stage, local::http::schemas::index, names::Names, system::storefront,
    worker::deployment::Deployment,
};

pub const ABOUT: &str = "\
Puts the schemas into the bucket of a deployed stage, at the addresses that its messages name (`dataschema`): `<type>/v<N>.json` as written, \
`<type>/v<N>.reader.json` as read, and `index.json`, the list of them.

Run it after each deployment; what is there is written again. It takes region, credentials and endpoint as the AWS CLI does.";

/// What a schema is served as (JSON Schema 2020-12, section 14).
const SCHEMA: &str = "application/schema+json";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage; without it, what was deployed without one.
    #[arg(long, env = "TIDINGS_STAGE")]
    stage: Option<String>,
    /// Shows what would be put where, and puts nothing.
    #[arg(long)]
    dry_run: bool,
}

/// An object of the bucket.
struct Object {
    key: String,
    content_type: &'static str,
    text: String,
}

/// Puts everything.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let storefront = storefront();
    let objects = objects(&storefront.contracts())?;
    let deployment = Deployment::of(Names::new(storefront.name(), arguments.stage.as_deref())).await;
    let somebody = storefront
        .consumers()
        .first()
        .context("the system has no consumer, by whose queue its account is found")?;
    let bucket = deployment.bucket(somebody.declared(), "schemas").await?;
    let s3 = stage::s3(&deployment.config);
    for (number, object) in objects.iter().enumerate() {
        println!("{}/{} s3://{bucket}/{}", number + 1, objects.len(), object.key);
        if !arguments.dry_run {
            put(&s3, &bucket, object).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn put(s3: &Client, bucket: &str, object: &Object) -> anyhow::Result<()> {
    let body = ByteStream::from(object.text.clone().into_bytes());
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(&object.key)
        .content_type(object.content_type);
    let put = put.body(body).send().await;
    put.map(drop).map_err(|error| {
        anyhow::anyhow!(
            "s3://{bucket}/{} was not put: {}",
            object.key,
            DisplayErrorContext(error)
        )
    })
}

fn objects(contracts: &[Contract]) -> anyhow::Result<Vec<Object>> {
    let mut objects = Vec::new();
    for contract in contracts {
        for version in &contract.versions {
            let at = format!("{}/v{}", contract.name, version.version);
            let schemas = [
                (".json", Some(&version.written)),
                (".reader.json", version.read.as_ref()),
            ];
            let schemas = schemas
                .into_iter()
                .filter_map(|(end, schema)| Some((end, schema?)));
            objects.extend(schemas.map(|(end, schema)| Object {
                key: format!("{at}{end}"),
                content_type: SCHEMA,
                text: text(schema),
            }));
        }
    }
    objects.push(Object {
        key: "index.json".into(),
        content_type: "application/json",
        text: serde_json::to_string_pretty(&index(contracts, &Schemas::at("")))?,
    });
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_has_the_key_that_messages_name_and_the_list_names_them_all() {
        let contracts = storefront().contracts();
        let objects = objects(&contracts).unwrap();
        let index = objects.last().unwrap();
        let bucket = Schemas::at("https://schemas.example");
        let mut named = 0;
        for contract in &contracts {
            for version in &contract.versions {
                let address = bucket.address(&contract.name, version.version);
                let key = address.strip_prefix("https://schemas.example/").unwrap();
                let object = objects.iter().find(|object| object.key == key).unwrap();
                assert_eq!(object.text, text(&version.written));
                assert!(index.text.contains(&format!("\"/{key}\"")), "{key}");
                named += 1 + usize::from(version.read.is_some());
            }
        }
        assert_eq!(objects.len(), named + 1);
    }
}
