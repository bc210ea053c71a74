//! The Lambda function `create-invoice`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(billing::create_invoice::function())
}
