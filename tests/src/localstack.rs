//! LocalStack, for SNS and SQS, beside an embedded DynamoDB (see `infra/localstack/README.md`).

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::{
    Stack,
    at_end::AtEnd,
    checkout::{root, run, scratch},
    emulator::read_variables,
    provision::Provision,
    stack::{SYSTEM, configuration},
    tables::Tables,
    worker::tidings,
};

/// A running LocalStack with the system's topic, queues and subscriptions, and no functions. It ends with this value, or with
/// the test's process.
pub struct LocalStack {
    /// The system there.
    pub stack: Stack,
    /// What a client of it needs in its environment.
    pub variables: Vec<(String, String)>,
    _down: [AtEnd; 2],
}

impl LocalStack {
    /// Starts both on free ports, and makes what the catalogue says; LocalStack's log is in `target/tests/<name>`.
    ///
    /// # Errors
    /// When it cannot be installed or started, or refuses something.
    pub async fn start(name: &str) -> anyhow::Result<Self> {
        let folder = scratch(name)?;
        let script = root().join("infra/localstack/localstack");
        let localstack = |arguments: &[&str]| {
            let mut command = Command::new(&script);
            run(command.env("TIDINGS_LOCALSTACK_DIR", &folder).args(arguments))
        };
        localstack(&["down"])?;
        let down = format!(
            "TIDINGS_LOCALSTACK_DIR='{}' '{}' down",
            folder.display(),
            script.display()
        );
        let down = AtEnd::run(&down)?;
        localstack(&["up", "--port", "0"])?;
        let mut variables = read_variables(&folder)?;
        let endpoint = variables.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL");
        let endpoint = endpoint.context("LocalStack does not say where it is")?.1.clone();
        let (tables_at, dynamodb) = dynamodb()?;
        variables.push(("AWS_ENDPOINT_URL_DYNAMODB".into(), tables_at.clone()));

        let (config, tables) = (configuration(&endpoint).await, configuration(&tables_at).await);
        let provision = Provision {
            sns: &aws_sdk_sns::Client::new(&config),
            sqs: &aws_sdk_sqs::Client::new(&config),
            tables: &Tables::new(aws_sdk_dynamodb::Client::new(&tables), format!("{SYSTEM}-")),
        };
        provision.everything().await?;
        Ok(Self {
            stack: Stack::connect(&config, &tables, endpoint, None).await?,
            variables,
            _down: [down, dynamodb],
        })
    }
}

/// Starts `tidings dynamodb`; where it is, and its end.
fn dynamodb() -> anyhow::Result<(String, AtEnd)> {
    let mut command = Command::new(tidings()?);
    command.args(["dynamodb", "--port", "0"]).stdin(Stdio::null());
    let mut process = command.stdout(Stdio::piped()).spawn()?;
    let end = AtEnd::run(&format!("kill {} 2>/dev/null", process.id()))?;
    let mut said = String::new();
    BufReader::new(process.stdout.take().context("its output")?).read_line(&mut said)?;
    let address = said
        .split_whitespace()
        .last()
        .filter(|word| word.starts_with("http://"));
    let address = address.with_context(|| format!("tidings dynamodb said {said:?}"))?;
    Ok((address.to_owned(), end))
}
