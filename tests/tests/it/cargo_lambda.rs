//! `cargo lambda` as the README uses it: watch, invoke, deploy.

use std::fs;

use anyhow::Context as _;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use billing::CreateInvoice;
use notifications::SendOrderConfirmation;
use serde_json::json;
use storefront_contracts::Currency;
use tempfile::TempDir;
use tidings_core::Consumer as _;
use tidings_tests::{
    Stack,
    checkout::{cargo_lambda, functions, run},
    orders::order_placed,
    watch::Watch,
};

#[tokio::test]
async fn a_watched_function_handles_the_sample_events_and_no_event_twice() -> anyhow::Result<()> {
    let watch = Watch::start().await?;
    let done = json!({ "batchItemFailures": [] });

    assert_eq!(
        watch.invoke(
            SendOrderConfirmation::NAME,
            "events/invocations/order.placed.json"
        )?,
        done
    );
    let mails = watch.mails()?;
    let [mail] = mails.as_slice() else {
        panic!("{} mails", mails.len())
    };
    assert!(
        mail.contains("Subject: Your order ord-7d9f5c1e6a0b4e3d8c2752b1e4a9f603"),
        "{mail}"
    );
    assert!(
        mail.contains("To: ada@example.com") && mail.contains("2 x Blue mug at 12.99 EUR"),
        "{mail}"
    );

    assert_eq!(
        watch.invoke(
            SendOrderConfirmation::NAME,
            "events/invocations/order.placed.json"
        )?,
        done
    );
    assert_eq!(watch.mails()?.len(), 1, "the second time is a duplicate");

    // Twice the same event, and a body that is none: only that one comes back, as there is no dead-letter queue here.
    let batch = watch.invoke(
        SendOrderConfirmation::NAME,
        "events/invocations/order.placed-batch.json",
    )?;
    assert_eq!(
        batch["batchItemFailures"],
        json!([{ "itemIdentifier": "00000003-3b1e-4a6f-9d2c-000000000000" }])
    );
    assert_eq!(watch.mails()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn cargo_lambda_deploy_updates_a_functions_code_and_nothing_else() -> anyhow::Result<()> {
    let stack = Stack::open("deploy").await?;
    let before = configuration(&stack).await?;

    // The same program with a byte behind it: another code, to Lambda.
    let folder = TempDir::new()?;
    let changed = folder.path().join(CreateInvoice::NAME);
    fs::create_dir(&changed)?;
    let mut bootstrap = fs::read(functions()?.join(CreateInvoice::NAME).join("bootstrap"))?;
    bootstrap.push(0);
    fs::write(changed.join("bootstrap"), bootstrap)?;
    deploy(&stack, &["--lambda-dir", &folder.path().to_string_lossy()])?;
    let updated = configuration(&stack).await?;
    assert_ne!(updated.code_sha256(), before.code_sha256());
    assert_eq!(apart_from_code(&updated), apart_from_code(&before));
    still_works(&stack).await?;

    deploy(&stack, &[])?;
    let back = configuration(&stack).await?;
    assert_ne!(back.code_sha256(), updated.code_sha256());
    assert_eq!(apart_from_code(&back), apart_from_code(&before));
    still_works(&stack).await
}

fn deploy(stack: &Stack, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = cargo_lambda()?;
    command.args(["deploy", CreateInvoice::NAME]).args(arguments);
    if let Some(emulator) = stack.emulator() {
        // Nothing of the machine's own configuration.
        command
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.envs(emulator.variables().iter().cloned());
    }
    run(&mut command).map(drop)
}

async fn configuration(stack: &Stack) -> anyhow::Result<GetFunctionConfigurationOutput> {
    let ask = stack
        .lambda
        .get_function_configuration()
        .function_name(CreateInvoice::NAME);
    ask.send()
        .await
        .with_context(|| format!("the function {}", CreateInvoice::NAME))
}

/// What a new code must not change: environment, role, limits, processor, runtime.
fn apart_from_code(configuration: &GetFunctionConfigurationOutput) -> String {
    let environment = configuration
        .environment()
        .and_then(|environment| environment.variables());
    let environment: Option<std::collections::BTreeMap<_, _>> = environment.map(|all| all.iter().collect());
    format!(
        "{environment:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        configuration.role(),
        configuration.timeout(),
        configuration.memory_size(),
        configuration.architectures(),
        configuration.runtime(),
        configuration.handler(),
    )
}

async fn still_works(stack: &Stack) -> anyhow::Result<()> {
    let event = order_placed(1, Currency::DKK)?;
    stack.publish(std::slice::from_ref(&event)).await?;
    stack.completed(&[event]).await.map(drop)
}
