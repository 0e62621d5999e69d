import Hull
import HullTesting
import Testing

@testable import PetShop

/// The rooms of the pet hotel.
@Suite struct HotelRoomTests {
  private let shop: Shop
  private let branch: ID<Branch>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
  }

  private static let form: ConvexObject = [
    "code": " KDG001 ", "name": " Kandang A ", "roomType": " Cage ",
    "animalCategory": " Kucing ", "size": " M ", "dailyRate": 75_000.005, "capacity": 2,
    "amenities": [" AC ", " ", "CCTV"], "description": " ",
  ]

  private func create(_ changes: ConvexObject = [:]) async throws -> ID<HotelRoom> {
    var arguments = Self.form
    try arguments.set("branchId", to: .id(branch))
    for field in changes { try arguments.set(field.name, to: field.value) }
    try await shop.tick()
    return try await shop.backend.mutation(HotelRooms.$create, arguments)
  }

  private func update(_ id: ID<HotelRoom>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    try await shop.backend.mutation(HotelRooms.$update, arguments)
  }

  private func setStatus(_ id: ID<HotelRoom>, _ status: String) async throws {
    try await shop.backend.mutation(HotelRooms.$updateStatus(id: id, status: status))
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [ID<HotelRoom>] {
    try await shop.backend.query(HotelRooms.$list, arguments).map(\.id)
  }

  @Test func `a room is added available with texts trimmed and blanks left out`() async throws {
    let row = try await shop.row(try await create())
    #expect([row.code, row.name, row.roomType] == ["KDG001", "Kandang A", "Cage"])
    #expect([row.animalCategory, row.size, row.status] == ["Kucing", "M", "Available"])
    #expect(row.branchId == branch)
    #expect(row.dailyRate == 75_000.01)
    #expect(row.capacity == 2)
    #expect(row.amenities == ["AC", "CCTV"])
    #expect(row.description == nil)
    #expect(row.isActive)
    let closed = try await create(["code": "KDG002", "isActive": false, "amenities": []])
    #expect(try await shop.row(closed).isActive == false)
    #expect(try await shop.row(closed).amenities == [])
  }

  @Test(
    arguments: [
      ("code", " "), ("name", ""), ("roomType", " "), ("animalCategory", " "), ("dailyRate", -1),
      ("dailyRate", .float64(.nan)), ("dailyRate", 1e13), ("capacity", -1),
      ("capacity", .float64(.infinity)),
    ] as [(String, ConvexValue)]
  )
  func `a field that makes no sense is refused and named`(
    field: String,
    value: ConvexValue
  ) async throws {
    let refused = Refused(code: "VALIDATION", details: ["field": .string(field)])
    let wrong = try ConvexObject(validating: [(field, value)])
    #expect(try await refusal { try await create(wrong) } == refused)
    let room = try await create()
    let before = try await shop.row(room)
    #expect(try await refusal { try await update(room, wrong) } == refused)
    #expect(try await shop.row(room) == before)
  }

  @Test func `a live code is taken and a deleted one free`() async throws {
    let first = try await create()
    let taken = Refused(
      code: "DUPLICATE_ENTRY",
      details: ["field": "code", "value": "KDG001"]
    )
    #expect(try await refusal { try await create() } == taken)
    #expect(
      try await refusalWords { try await create() }
        == [
          "Room with code \"KDG001\" already exists",
          "Kandang dengan kode \"KDG001\" sudah ada",
        ]
    )
    let second = try await create(["code": "KDG002"])
    #expect(try await refusal { try await update(second, ["code": "KDG001"]) } == taken)
    try await update(first, ["code": "KDG001"])
    try await shop.backend.mutation(HotelRooms.$remove(id: first))
    try await update(second, ["code": "KDG001"])
    #expect(try await shop.row(second).code == "KDG001")
  }

  @Test func `parallel rooms of one code leave one`() async throws {
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do {
            _ = try await create()
            return 1
          } catch let error as ConvexError where error.data["code"] == "DUPLICATE_ENTRY" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(made == 1)
    #expect(try await list().count == 1)
  }

  @Test func `the branch of a room is live`() async throws {
    let room = try await create()
    let closed = try await shop.branch()
    try await shop.patch(closed) { $0.set(\.deletedAt, 1) }
    let gone = Refused(
      code: "NOT_FOUND",
      details: ["table": "branches", "id": .id(closed)]
    )
    let there: ConvexObject = ["code": "KDG002", "branchId": .id(closed)]
    #expect(try await refusal { try await create(there) } == gone)
    #expect(try await refusal { try await update(room, there) } == gone)
  }

  @Test func `an update changes what is given`() async throws {
    let room = try await create()
    try await update(room, ["name": "Kandang B", "description": " Dekat taman "])
    var row = try await shop.row(room)
    #expect(row.name == "Kandang B")
    #expect(row.description == "Dekat taman")
    #expect(row.dailyRate == 75_000.01)
    #expect(row.amenities == ["AC", "CCTV"])
    let other = try await shop.branch()
    try await update(
      room,
      [
        "code": "K9", "branchId": .id(other), "roomType": "Suite", "animalCategory": "Anjing",
        "size": "L", "dailyRate": 250_000, "capacity": 3, "amenities": [], "description": " ",
        "status": "Maintenance", "isActive": false,
      ]
    )
    row = try await shop.row(room)
    #expect([row.code, row.roomType, row.animalCategory] == ["K9", "Suite", "Anjing"])
    #expect([row.size, row.status, row.description] == ["L", "Maintenance", "Dekat taman"])
    #expect(row.branchId == other)
    #expect([row.dailyRate, row.capacity] == [250_000, 3])
    #expect(row.amenities.isEmpty)
    #expect(!row.isActive)
  }

  @Test func `a status by hand is one of four`() async throws {
    let room = try await create()
    for status in ["Occupied", "Reserved", "Maintenance", "Available"] {
      try await setStatus(room, status)
      #expect(try await shop.row(room).status == status)
    }
    let refused = Refused(code: "VALIDATION", details: ["field": "status"])
    #expect(try await refusal { try await setStatus(room, "Kosong") } == refused)
    #expect(try await refusal { try await update(room, ["status": "Kosong"]) } == refused)
    #expect(
      try await refusalWords { try await setStatus(room, "Kosong") }
        == [
          "status must be Available, Occupied, Reserved or Maintenance",
          "Status kandang tidak dikenal",
        ]
    )
    #expect(try await shop.row(room).status == "Available")
  }

  @Test func `a list takes every filter given`() async throws {
    let other = try await shop.branch()
    let cage = try await shop.room("A", at: branch)
    let suite = try await shop.room("B", at: branch, type: "Suite")
    let kennel = try await shop.room("C", at: other, for: "Anjing", isActive: false)
    let gone = try await shop.room("D", at: branch)
    try await shop.backend.mutation(HotelRooms.$remove(id: gone))
    try await setStatus(suite, "Maintenance")
    // Inactive rooms are listed: the screen marks them.
    #expect(try await list() == [cage, suite, kennel])
    #expect(try await list(["branchId": .id(branch)]) == [cage, suite])
    #expect(try await list(["roomType": "Cage"]) == [cage, kennel])
    #expect(try await list(["animalCategory": "Kucing"]) == [cage, suite])
    #expect(try await list(["status": "Available"]) == [cage, kennel])
    #expect(
      try await list([
        "branchId": .id(branch), "roomType": "Cage", "animalCategory": "Kucing",
        "status": "Available",
      ]) == [cage]
    )
    #expect(try await list(["roomType": "Cage", "animalCategory": "Anjing"]) == [kennel])
  }

  @Test func `a room is found by id and by code until it is deleted`() async throws {
    let room = try await create()
    func found() async throws -> [ID<HotelRoom>?] {
      [
        try await shop.backend.query(HotelRooms.$get(id: room))?.id,
        try await shop.backend.query(HotelRooms.$getByCode(code: "KDG001"))?.id,
      ]
    }
    #expect(try await found() == [room, room])
    #expect(try await shop.backend.query(HotelRooms.$getByCode(code: "KDG")) == nil)
    try await shop.backend.mutation(HotelRooms.$remove(id: room))
    #expect(try await found() == [nil, nil])
    let next = try await create()
    #expect(try await found() == [nil, next])
  }

  @Test func `a deleted room is changed no more and deleting twice keeps the first moment`()
    async throws
  {
    let room = try await create()
    try await shop.backend.mutation(HotelRooms.$remove(id: room))
    let deleted = try await shop.row(room)
    #expect(deleted.deletedAt == shop.backend.clock.now)
    try await shop.tick()
    try await shop.backend.mutation(HotelRooms.$remove(id: room))
    let gone = Refused(code: "NOT_FOUND", details: ["table": "hotelRooms", "id": .id(room)])
    #expect(try await refusal { try await update(room, ["name": "B"]) } == gone)
    #expect(try await refusal { try await setStatus(room, "Available") } == gone)
    #expect(
      try await refusalWords { try await setStatus(room, "Available") }
        == ["Room not found", "Kandang tidak ditemukan"]
    )
    #expect(try await shop.row(room) == deleted)
  }

  @Test(arguments: Hotel.statuses)
  func `a room with a booking that is open is not deleted`(status: String) async throws {
    let hotel = try await Hotel()
    try await hotel.bring(try await hotel.reserve(), to: status)
    let remove = { try await hotel.backend.mutation(HotelRooms.$remove(id: hotel.room)) }
    guard BookingStatus.isOpen(status) else {
      try await remove()
      #expect(try await hotel.shop.row(hotel.room).deletedAt != nil)
      return
    }
    #expect(
      try await refusal(from: remove)
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": .string(status)])
    )
    #expect(
      try await refusalWords(from: remove)
        == [
          "The room has active bookings and cannot be deleted",
          "Kandang masih memiliki booking aktif",
        ]
    )
    #expect(try await hotel.shop.row(hotel.room).isLive)
  }
}
