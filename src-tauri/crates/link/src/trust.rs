use std::sync::Arc;

use deskbell_domain::{Fault, FaultCode, Next};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::Endpoint;

/// Whom to believe: the certificates this computer trusts. Read anew for each link, so that a change of them is
/// seen when a source is started again.
pub(crate) fn config(endpoint: &Endpoint) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unable(&error))?;
    if !endpoint.is_tls() {
        // A plain address meets no certificate, and must work where there are none to read.
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let builder = builder.with_platform_verifier().map_err(|error| unable(&error))?;
    Ok(builder.with_no_client_auth())
}

fn unable(error: &rustls::Error) -> Fault {
    Fault::new(
        FaultCode::Tls,
        format!("This computer cannot check certificates: {error}."),
        "Install the system's root certificates (on Debian and Ubuntu the package ca-certificates).",
        Next::Never,
    )
}
