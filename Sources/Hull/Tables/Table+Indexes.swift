// Declaring an index of one to eight fields. The number of fields is part of the type, so that a
// range is checked field by field; longer indexes are declared in a `TableDefinition` and used by
// name.

extension Table {
  /// Declares an index of one field, kept in a `static let` of the table's struct.
  public static func index<A: FieldReference>(
    _ name: String,
    _ a: KeyPath<Fields, A>
  ) -> TableIndex<Self, KeyFields<A.Value, CreationTimeField>> {
    TableIndex(
      name: name,
      fields: [fields[keyPath: a].path]
    )
  }
}

extension Table {
  /// Declares an index of two fields, kept in a `static let` of the table's struct.
  public static func index<A: FieldReference, B: FieldReference>(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>
  ) -> TableIndex<Self, KeyFields<A.Value, KeyFields<B.Value, CreationTimeField>>> {
    TableIndex(
      name: name,
      fields: [fields[keyPath: a].path, fields[keyPath: b].path]
    )
  }
}

extension Table {
  /// Declares an index of three fields, kept in a `static let` of the table's struct.
  public static func index<A: FieldReference, B: FieldReference, C: FieldReference>(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>
  ) -> TableIndex<
    Self, KeyFields<A.Value, KeyFields<B.Value, KeyFields<C.Value, CreationTimeField>>>
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
      ]
    )
  }
}

extension Table {
  /// Declares an index of four fields, kept in a `static let` of the table's struct.
  public static func index<
    A: FieldReference,
    B: FieldReference,
    C: FieldReference,
    D: FieldReference
  >(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>,
    _ d: KeyPath<Fields, D>
  ) -> TableIndex<
    Self,
    KeyFields<
      A.Value, KeyFields<B.Value, KeyFields<C.Value, KeyFields<D.Value, CreationTimeField>>>
    >
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
        fields[keyPath: d].path,
      ]
    )
  }
}

extension Table {
  /// Declares an index of five fields, kept in a `static let` of the table's struct.
  public static func index<
    A: FieldReference,
    B: FieldReference,
    C: FieldReference,
    D: FieldReference,
    E: FieldReference
  >(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>,
    _ d: KeyPath<Fields, D>,
    _ e: KeyPath<Fields, E>
  ) -> TableIndex<
    Self,
    KeyFields<
      A.Value,
      KeyFields<
        B.Value, KeyFields<C.Value, KeyFields<D.Value, KeyFields<E.Value, CreationTimeField>>>
      >
    >
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
        fields[keyPath: d].path,
        fields[keyPath: e].path,
      ]
    )
  }
}

extension Table {
  /// Declares an index of six fields, kept in a `static let` of the table's struct.
  public static func index<
    A: FieldReference,
    B: FieldReference,
    C: FieldReference,
    D: FieldReference,
    E: FieldReference,
    F: FieldReference
  >(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>,
    _ d: KeyPath<Fields, D>,
    _ e: KeyPath<Fields, E>,
    _ f: KeyPath<Fields, F>
  ) -> TableIndex<
    Self,
    KeyFields<
      A.Value,
      KeyFields<
        B.Value,
        KeyFields<
          C.Value, KeyFields<D.Value, KeyFields<E.Value, KeyFields<F.Value, CreationTimeField>>>
        >
      >
    >
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
        fields[keyPath: d].path,
        fields[keyPath: e].path,
        fields[keyPath: f].path,
      ]
    )
  }
}

extension Table {
  /// Declares an index of seven fields, kept in a `static let` of the table's struct.
  public static func index<
    A: FieldReference,
    B: FieldReference,
    C: FieldReference,
    D: FieldReference,
    E: FieldReference,
    F: FieldReference,
    G: FieldReference
  >(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>,
    _ d: KeyPath<Fields, D>,
    _ e: KeyPath<Fields, E>,
    _ f: KeyPath<Fields, F>,
    _ g: KeyPath<Fields, G>
  ) -> TableIndex<
    Self,
    KeyFields<
      A.Value,
      KeyFields<
        B.Value,
        KeyFields<
          C.Value,
          KeyFields<
            D.Value, KeyFields<E.Value, KeyFields<F.Value, KeyFields<G.Value, CreationTimeField>>>
          >
        >
      >
    >
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
        fields[keyPath: d].path,
        fields[keyPath: e].path,
        fields[keyPath: f].path,
        fields[keyPath: g].path,
      ]
    )
  }
}

extension Table {
  /// Declares an index of eight fields, kept in a `static let` of the table's struct.
  public static func index<
    A: FieldReference,
    B: FieldReference,
    C: FieldReference,
    D: FieldReference,
    E: FieldReference,
    F: FieldReference,
    G: FieldReference,
    H: FieldReference
  >(
    _ name: String,
    _ a: KeyPath<Fields, A>,
    _ b: KeyPath<Fields, B>,
    _ c: KeyPath<Fields, C>,
    _ d: KeyPath<Fields, D>,
    _ e: KeyPath<Fields, E>,
    _ f: KeyPath<Fields, F>,
    _ g: KeyPath<Fields, G>,
    _ h: KeyPath<Fields, H>
  ) -> TableIndex<
    Self,
    KeyFields<
      A.Value,
      KeyFields<
        B.Value,
        KeyFields<
          C.Value,
          KeyFields<
            D.Value,
            KeyFields<
              E.Value, KeyFields<F.Value, KeyFields<G.Value, KeyFields<H.Value, CreationTimeField>>>
            >
          >
        >
      >
    >
  > {
    TableIndex(
      name: name,
      fields: [
        fields[keyPath: a].path,
        fields[keyPath: b].path,
        fields[keyPath: c].path,
        fields[keyPath: d].path,
        fields[keyPath: e].path,
        fields[keyPath: f].path,
        fields[keyPath: g].path,
        fields[keyPath: h].path,
      ]
    )
  }
}
