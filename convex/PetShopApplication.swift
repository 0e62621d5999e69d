import Hull
import HullCLI

/// The pet shop: customers, pets and loyalty of a shop with a clinic and a pet hotel.
@main
struct PetShopApplication: HullApplication {
  static let name = "petshop"

  static var schema: Schema {
    get throws {
      try Schema(
        Customer.self,
        CustomerPet.self,
        PetVaccination.self,
        AnimalCategory.self,
        AnimalSubcategory.self,
        CustomerMetrics.self,
        CustomerHistory.self,
        LoyaltyTransaction.self,
        LoyaltyReward.self,
        PetProductPreference.self,
        NumberSequence.self,
        Branch.self,
        ProductCategory.self,
        Brand.self,
        Unit.self,
        Product.self,
        ProductVariant.self,
        ProductStock.self,
        StockMovement.self,
        Sale.self,
        SaleItem.self,
        SalePayment.self,
        ClinicStaff.self,
        ClinicAppointment.self,
        ClinicAppointmentService.self,
        ClinicPayment.self,
        PetMedicalRecord.self,
        HotelRoom.self,
        HotelBooking.self,
        HotelBookingService.self,
        HotelConsumable.self,
        HotelPayment.self
      )
    }
  }

  static let crons: [CronJob] = [
    // Midnight in Jakarta.
    .daily(
      "refresh vaccination statuses",
      hourUTC: 17,
      minuteUTC: 0,
      PetCare.$refreshVaccinationStatuses
    ),
    .weekly(
      "audit loyalty",
      dayOfWeek: .sunday,
      hourUTC: 18,
      minuteUTC: 0,
      LoyaltyAudit.$recomputeAll
    ),
  ]

  static var sampleFunction: String? { SeedFunctions.$seedAll.path }

  static let modules = [
    Customers.module, WalkInCustomers.module, CustomerSearch.module, CustomerProfiles.module,
    CustomerBackfill.module,
    CustomerPets.module, PetCare.module,
    AnimalCategories.module, AnimalSubcategories.module,
    ClinicStaffMembers.module, ClinicAppointments.module, ClinicExaminations.module,
    ClinicBilling.module, ClinicAppointmentServices.module, ClinicPayments.module,
    PetMedicalRecords.module,
    HotelRooms.module, HotelBookings.module, HotelStays.module, HotelBookingServices.module,
    HotelConsumables.module, HotelPayments.module,
    Loyalty.module, LoyaltyRewards.module,
    LoyaltyEngine.module, LoyaltyAudit.module,
    Branches.module,
    Products.module, ProductVariants.module, ProductCategories.module, ProductStocks.module,
    Sales.module, SaleLines.module, SaleCompletion.module, SaleQueries.module,
    AccountsReceivable.module,
    SeedFunctions.module,
  ]
}
