//! The Lambda function `call-off-shipment`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(shipping::call_off_shipment::function())
}
