//! Who asks, and who publishes.

use serde_json::{Map, Value, json};

use crate::digests::sha1_hex;

/// An account with a token.
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) role: String,
    pub(crate) organizations: Vec<String>,
}

impl User {
    /// An account and its token, which may read.
    #[must_use]
    pub fn new(name: &str, token: &str) -> Self {
        Self {
            name: name.to_owned(),
            token: token.to_owned(),
            role: "read".to_owned(),
            organizations: Vec::new(),
        }
    }

    /// The token's role: `read`, `write`, `god` or `fineGrained`.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        role.clone_into(&mut self.role);
        self
    }

    /// A member of an organisation, which sees its private repositories and opens its gates.
    #[must_use]
    pub fn member_of(mut self, organization: &str) -> Self {
        self.organizations.push(organization.to_owned());
        self
    }

    /// What `whoami-v2` says.
    pub(crate) fn whoami(&self) -> Value {
        let organizations: Vec<Value> = self
            .organizations
            .iter()
            .map(|name| json!({"type": "org", "id": object_id(name), "name": name, "fullname": name}))
            .collect();
        json!({
            "type": "user",
            "id": object_id(&self.name),
            "name": self.name,
            "fullname": self.name,
            "emailVerified": true,
            "canPay": false,
            "billingMode": "prepaid",
            "periodEnd": 1_793_491_200,
            "isPro": false,
            "avatarUrl": "/avatars/example.svg",
            "orgs": organizations,
            "auth": {"type": "access_token", "accessToken": {
                "displayName": "example-token",
                "role": self.role,
                "createdAt": "2026-10-06T13:21:13.627Z",
            }},
        })
    }
}

/// An organisation that has an overview.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(crate) name: String,
    pub(crate) verified: bool,
    pub(crate) plan: Option<String>,
    pub(crate) followers: u64,
}

impl Organization {
    /// An organisation that is not verified and has no plan.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), verified: false, plan: None, followers: 0 }
    }

    /// The Hub has verified it.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// `team`, `enterprise`, `plus` or `academia`.
    #[must_use]
    pub fn plan(mut self, plan: &str) -> Self {
        self.plan = Some(plan.to_owned());
        self
    }

    /// How many follow it.
    #[must_use]
    pub fn followers(mut self, followers: u64) -> Self {
        self.followers = followers;
        self
    }

    /// What its overview says, given how many models it has.
    pub(crate) fn overview(&self, models: usize) -> Value {
        let mut overview = Map::new();
        let mut put = |key: &str, value: Value| overview.insert(key.to_owned(), value);
        put("_id", json!(object_id(&self.name)));
        put("fullname", json!(self.name));
        put("name", json!(self.name));
        put("type", json!("org"));
        put("isVerified", json!(self.verified));
        if let Some(plan) = &self.plan {
            put("plan", json!(plan));
        }
        put("numModels", json!(models));
        put("numFollowers", json!(self.followers));
        Value::Object(overview)
    }
}

/// A stable `_id`: 24 hexadecimal digits.
pub(crate) fn object_id(name: &str) -> String {
    let mut id = sha1_hex(name.as_bytes());
    id.truncate(24);
    id
}
