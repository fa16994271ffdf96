//! Who signs for the servers of a test, and for its users?

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// A certificate authority of one test run.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
#[derive(Debug)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
    /// The public key alone.
    pub public: String,
    pub(super) der: (Vec<u8>, Vec<u8>),
}

#[allow(clippy::expect_used, clippy::missing_panics_doc)] // test support: names and algorithms are our own
impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    /// A certificate for a server of these names and addresses.
    pub fn serving(&self, names: &[&str]) -> Pair {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, "server");
        self.sign(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a user in some groups.
    pub fn client(&self, user: &str, groups: &[&str]) -> Pair {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, user);
        for group in groups {
            params.distinguished_name.push(DnType::OrganizationName, *group);
        }
        self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, mut params: CertificateParams, purpose: ExtendedKeyUsagePurpose) -> Pair {
        params.extended_key_usages = vec![purpose];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            public: key.public_key_pem(),
            der: (certificate.der().to_vec(), key.serialize_der()),
        }
    }

    /// Its certificate, as PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub(super) fn der(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// Writes its certificate as `NAME.crt`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<(), String> {
        write(folder, name, "crt", &self.pem())
    }
}

impl Pair {
    /// Writes `NAME.crt`, `NAME.key` and `NAME.pub`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<(), String> {
        write(folder, name, "crt", &self.certificate)?;
        write(folder, name, "key", &self.key)?;
        write(folder, name, "pub", &self.public)
    }
}

fn write(folder: &Path, name: &str, ending: &str, text: &str) -> Result<(), String> {
    let path = folder.join(format!("{name}.{ending}"));
    std::fs::write(&path, text).map_err(|error| format!("writing {}: {error}", path.display()))
}
