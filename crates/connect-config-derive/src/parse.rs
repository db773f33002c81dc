//! Reads the struct and the attributes of its fields.

use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, Lit, LitStr, Meta, Result, Token, Type};

pub(crate) struct Declaration<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) doc: String,
    pub(crate) config: Attributes,
}

#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) importance: Option<Ident>,
    pub(crate) validate: Option<Expr>,
    pub(crate) group: Option<Expr>,
    pub(crate) order: Option<Expr>,
    pub(crate) width: Option<Ident>,
    pub(crate) display: Option<LitStr>,
    pub(crate) dependents: Option<Expr>,
    pub(crate) recommender: Option<Expr>,
    pub(crate) internal: bool,
    pub(crate) flatten: bool,
}

pub(crate) fn declaration(input: &DeriveInput) -> Result<Declaration<'_>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "ConfigDef can be derived for a struct only"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new(input.span(), "ConfigDef needs named fields: each is a key"));
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new(parameter.span(), "ConfigDef cannot be derived for a generic struct"));
    }
    let fields = named.named.iter().filter_map(|field| Some((field.ident.as_ref()?, field)));
    let fields = fields.map(|(ident, field)| {
        Ok(Field { ident, ty: &field.ty, doc: documentation(&field.attrs), config: attributes(&field.attrs)? })
    });
    Ok(Declaration { ident: &input.ident, fields: fields.collect::<Result<_>>()? })
}

/// The doc comment's lines; a blank line stays a paragraph's end, other line ends become spaces.
fn documentation(attrs: &[Attribute]) -> String {
    let mut text = String::new();
    for line in attrs.iter().filter_map(doc_line) {
        let line = line.trim();
        if line.is_empty() {
            text.push_str("\n\n");
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim().to_owned()
}

fn doc_line(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attr.meta else { return None };
    let Expr::Lit(literal) = &meta.value else { return None };
    match &literal.lit {
        Lit::Str(text) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

fn attributes(attrs: &[Attribute]) -> Result<Attributes> {
    let mut config = Attributes::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("config")) {
        attr.parse_nested_meta(|meta| config.read(&meta))?;
    }
    Ok(config)
}

impl Attributes {
    fn read(&mut self, meta: &syn::meta::ParseNestedMeta<'_>) -> Result<()> {
        let Some(word) = meta.path.get_ident().map(ToString::to_string) else {
            return Err(meta.error("expected a single word"));
        };
        match word.as_str() {
            "name" => self.name = Some(value(meta)?),
            "default" => self.default = Some(value(meta)?),
            "importance" => self.importance = Some(value(meta)?),
            "validate" => self.validate = Some(value(meta)?),
            "group" => self.group = Some(value(meta)?),
            "order" => self.order = Some(value(meta)?),
            "width" => self.width = Some(value(meta)?),
            "display" => self.display = Some(value(meta)?),
            "dependents" => self.dependents = Some(value(meta)?),
            "recommender" => self.recommender = Some(value(meta)?),
            "internal" => self.internal = true,
            "flatten" => self.flatten = true,
            _ => return Err(meta.error("unknown attribute: see the documentation of the ConfigDef derive macro")),
        }
        Ok(())
    }
}

fn value<T: syn::parse::Parse>(meta: &syn::meta::ParseNestedMeta<'_>) -> Result<T> {
    meta.input.parse::<Token![=]>()?;
    meta.input.parse()
}
