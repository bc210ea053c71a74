//! A small system, for tests.

use std::fs;

use tempfile::TempDir;

use crate::Workspace;

/// A system of one service, two events and a command.
pub fn system() -> (TempDir, Workspace) {
    let folder = TempDir::new().expect("a folder");
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
        fs::write(file, text).expect("it is written");
    };
    write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"functions/*\"]\n\n[workspace.dependencies]\ncontracts = { path = \"shared/contracts\" }\nbilling = { path = \"functions/billing\" }\n",
    );
    write(
        "shared/contracts/Cargo.toml",
        "[package]\nname = \"shop-contracts\"\n",
    );
    write(
        "shared/contracts/src/lib.rs",
        "//! Contracts.\n\nmod order;\n\npub use order::OrderPlaced;\n",
    );
    write(
        "shared/contracts/src/order.rs",
        "impl Event for OrderPlaced {\n    const TYPE: &'static str = \"order.placed\";\n    const VERSION: u32 = 2;\n}\n\nimpl Command for PlaceOrder {\n    const TYPE: &'static str = \"place-order\";\n}\n",
    );
    write(
        "shared/contracts/src/user.rs",
        "impl Event for UserRenamed {\n    const TYPE: &'static str = \"user.renamed\";\n\n    fn person(&self) -> Option<&str> {\n        Some(&self.user_id)\n    }\n}\n",
    );
    write(
        "functions/billing/Cargo.toml",
        "[package]\nname = \"billing\"\n\n[dependencies]\ntidings-aws.workspace = true\n",
    );
    write(
        "functions/billing/src/lib.rs",
        "//! Billing.\n\npub mod pay;\n\npub use pay::Pay;\n\nuse tidings_aws::Service;\n\npub fn service() -> Service {\n    Service::new(SERVICE)\n        .consumer(pay::function())\n        .scheduled(sweep::function())\n}\n",
    );
    write(
        "tools/tidings/Cargo.toml",
        "[dependencies]\nbilling.workspace = true\n",
    );
    write(
        "tools/tidings/src/system.rs",
        "pub fn shop() -> System {\n    System::new(\"shop\")\n        .service(billing::service())\n}\n",
    );
    let workspace = Workspace::around(&folder.path().join("functions/billing/src")).expect("a workspace");
    (folder, workspace)
}

/// What a file of it holds.
pub fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).expect(file)
}
