/// The n-th customer of the bulk data for scale tests: a pure function of a seed and of n.
struct GeneratedCustomer {
  let code: String
  let name: String
  let phone: String
  let email: String
  /// Two customers in three have a pet.
  let pet: Pet?

  struct Pet {
    let name: String
    /// A number to choose one of the species with.
    let species: Int
  }

  init(number: Int, seed: Int) {
    let hash = Self.mix(seed: seed, number: number)
    let first = Self.firstNames[Int(hash % UInt64(Self.firstNames.count))]
    let rest = hash / UInt64(Self.firstNames.count)
    let last = Self.lastNames[Int(rest % UInt64(Self.lastNames.count))]
    code = Self.code(of: number)
    name = "\(first) \(last)"
    phone = "0812" + number.padded(to: 8)
    email = "g\(number)@example.com"
    let choice = rest / UInt64(Self.lastNames.count)
    pet =
      number % 3 == 0
      ? nil
      : Pet(
        name: Self.petNames[Int(choice % UInt64(Self.petNames.count))],
        species: Int(choice / UInt64(Self.petNames.count) % 1024)
      )
  }

  /// The largest number that a code of seven digits holds.
  static let maximumCount = 9_999_999

  /// `G` and seven digits, so that codes sort as numbers do.
  static func code(of number: Int) -> String {
    "G" + number.padded(to: 7)
  }

  /// SplitMix64's output function on `seed × 2^32 + number`: a bijection of 64 bits, so neighbours
  /// have nothing in common and no state passes from one customer to the next.
  static func mix(seed: Int, number: Int) -> UInt64 {
    var z = UInt64(truncatingIfNeeded: seed) &<< 32 &+ UInt64(truncatingIfNeeded: number)
    z &+= 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private static let firstNames = [
    "Adi", "Agus", "Andi", "Anita", "Ayu", "Bagus", "Bambang", "Bayu", "Budi", "Citra",
    "Daniel", "Dewi", "Dian", "Eka", "Emily", "Fajar", "Farah", "Fitri", "Galih", "Grace",
    "Hana", "Hendra", "Indah", "Intan", "Irfan", "James", "Joko", "Kartika", "Lestari", "Lina",
    "Maya", "Mega", "Michael", "Nadia", "Nina", "Novi", "Olivia", "Putra", "Putri", "Rahmat",
    "Ratna", "Rina", "Rizky", "Sari", "Sinta", "Slamet", "Sri", "Sophie", "Taufik", "Tri",
    "Umar", "Vina", "Wahyu", "Wati", "William", "Wulan", "Yoga", "Yuni", "Yusuf", "Zahra",
    "Zainal",
  ]

  private static let lastNames = [
    "Anderson", "Anggraini", "Anwar", "Ardiansyah", "Brown", "Darmawan", "Firmansyah",
    "Ginting", "Gunawan", "Hakim", "Halim", "Handayani", "Harahap", "Hartono", "Hasanah",
    "Hidayat", "Hutapea", "Irawan", "Iskandar", "Kurniawan", "Kusuma", "Lubis", "Mahendra",
    "Maulana", "Miller", "Mulyani", "Nasution", "Nugroho", "Permata", "Pranata", "Prasetyo",
    "Pratama", "Purnama", "Rahayu", "Ramadhan", "Saputra", "Saragih", "Setiawan", "Siregar",
    "Sitompul", "Smith", "Suharto", "Sulistyo", "Suryadi", "Susanto", "Sutanto", "Tanjung",
    "Utami", "Wibowo", "Wicaksono", "Widodo", "Wijaya", "Wilson",
  ]

  private static let petNames = [
    "Bella", "Bobo", "Bruno", "Caca", "Chiko", "Coco", "Cemong", "Daisy", "Gembul", "Gogo",
    "Hachi", "Jojo", "Kiki", "Kitty", "Leo", "Lulu", "Luna", "Max", "Milo", "Mimi", "Mochi",
    "Molly", "Momo", "Nala", "Oreo", "Oyen", "Popo", "Rocky", "Simba", "Snowy", "Tiger", "Toby",
  ]
}
