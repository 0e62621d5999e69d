"""Runs clinic and hotel through the official Python client, in a shop with the sample data: screens at once, too."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from convex import ConvexError
from convex.http_client import ConvexHttpClient

from checks import Checks

client = ConvexHttpClient(sys.argv[1])
check = Checks()
query, mutation = client.query, client.mutation
appointments, lines = "clinic/clinicAppointments", "clinic/clinicAppointmentServices"
rooms, bookings = "hotel/hotelRooms", "hotel/hotelBookings"
day = 86400000.0
today = time.time() // 86400 * day


def refused(what, code, call):
    error = check.raises(what, ConvexError, "", call)
    data = error.data if isinstance(error, ConvexError) else {}
    check.equal(f"{what}: {code}", data.get("code"), code)
    return data


def profile(customer):
    return query("master_data/customers:getProfile", {"customerId": customer["_id"]})


branch = next(row for row in query("master_data/branches:list", {"includeInactive": False}) if row["code"] == "PUSAT")
products = {row["sku"]: row for row in query("inventory/products:list", {"includeInactive": False})}
staff = {row["code"]: row for row in query("clinic/clinicStaff:list", {"branchId": branch["_id"], "includeInactive": False})}
emily = query("master_data/customers:lookup", {"code": "CUST0006"})
daisy = next(pet for pet in query("master_data/customerPets:list", {"customerId": emily["_id"]}) if pet["name"] == "Daisy")
vet = staff["DRH001"]


def book(time, date=today + 30 * day):
    return mutation(f"{appointments}:create", {"branchId": branch["_id"], "customerId": emily["_id"], "petId": daisy["_id"], "staffId": vet["_id"], "appointmentDate": date, "appointmentTime": time})


def bill(appointment, sku, quantity=1.0, **more):
    product = products[sku]
    return mutation(f"{lines}:create", {"appointmentId": appointment, "serviceId": product["_id"], "productId": product["_id"], "quantity": quantity, "unitPrice": product["sellingPrice"], "discountAmount": 0.0, "discountType": "nominal", "isPrescription": False, "notes": "", **more})


# The sample has a visit that is over and one to come.
listed = query(f"{appointments}:list", {})
check.equal("the sample has a visit to come and one that is over", [row["status"] for row in listed], ["Scheduled", "Completed"])
check.that("each with whom it is about", all(row["customer"]["name"] and row["pet"]["name"] and row["staff"]["name"] and row["branch"]["name"] for row in listed))
record = query("clinic/petMedicalRecords:list", {})[0]
check.equal("and a medical record", [record["diagnosis"], record["pet"]["species"], record["veterinarian"]], ["Cacingan", "Kucing", "drh. Ratna Sari"])

# A visit from the appointment to the bill.
made = book("09:00")
visit = made["appointmentId"]
check.that("an appointment has a number of the day", made["appointmentNumber"].startswith("APT-"), made["appointmentNumber"])
data = refused("the vet is busy then", "CONFLICT_STATE", lambda: book("09:00"))
check.that("which names the other appointment", data.get("message", "").startswith("Staff already has an appointment at 09:00"), str(data))
mutation(f"{appointments}:reschedule", {"appointmentId": visit, "appointmentDate": today + 31 * day, "appointmentTime": "09:00"})
other = book("09:00")["appointmentId"]
mutation(f"{appointments}:cancel", {"appointmentId": other, "notes": "Sembuh"})
mutation(f"{appointments}:startExamination", {"appointmentId": visit, "chiefComplaint": "Batuk"})
refused("an examination begins once", "CONFLICT_STATE", lambda: mutation(f"{appointments}:startExamination", {"appointmentId": visit, "chiefComplaint": "Batuk"}))
mutation(f"{appointments}:updateClinicalData", {"appointmentId": visit, "temperature": 38.5, "weight": 5.9, "diagnosis": "Flu", "treatmentPlan": ""})
check.equal("what was found is kept", query(f"{appointments}:getClinicalData", {"appointmentId": visit}), {"chiefComplaint": "Batuk", "temperature": 38.5, "weight": 5.9, "diagnosis": "Flu"})
refused("a visit without a bill is not completed", "NO_ITEMS", lambda: mutation(f"{appointments}:submitAppointment", {"appointmentId": visit, "payments": []}))
bill(visit, "SVC-0001")
medicine = bill(visit, "MED-0003", 0.5, isPrescription=True, prescriptionDosage="2x sehari")
mutation(f"{appointments}:updateDiscountAndTax", {"appointmentId": visit, "discountAmount": 10.0, "discountType": "percent", "taxRate": 0.0})
check.equal("a bill may have half a bottle and a discount", [query(f"{appointments}:get", {"id": visit})[field] for field in ("subtotal", "totalAmount")], [130000.0, 117000.0])
refused("nobody pays too much but in cash", "PAYMENT_EXCEEDS_TOTAL", lambda: mutation(f"{appointments}:submitAppointment", {"appointmentId": visit, "payments": [{"amount": 117001.0, "paymentMethod": "QRIS"}]}))
mutation("clinic/clinicPayments:add", {"appointmentId": visit, "amount": 17000.0, "paymentMethod": "QRIS"})
done = mutation(f"{appointments}:submitAppointment", {"appointmentId": visit, "payments": [{"amount": 120000.0, "paymentMethod": "CASH", "referenceNumber": "", "notes": ""}]})
check.equal("a completed visit counts what was paid before", [done[field] for field in ("status", "paidAmount", "outstandingAmount", "change", "pointsEarned")], ["Completed", 117000.0, 0.0, 20000.0, 11.0])
check.equal("its payments are listed newest first", [row["amount"] for row in query("clinic/clinicPayments:list", {"appointmentId": visit})], [100000.0, 17000.0])
record = query("clinic/petMedicalRecords:get", {"id": done["medicalRecordId"]})
check.equal("and there is a record of it", [record["diagnosis"], record["prescription"]], ["Flu", "Vitamin Bulu 60 ml - 0.5x - 2x sehari"])
check.equal("the pet has its new weight", query("master_data/customerPets:get", {"id": daisy["_id"]})["weight"], 5.9)
shown = profile(emily)
check.equal("the customer has points and a visit", [shown["loyalty"]["points"], shown["metrics"]["clinicVisitCount"], shown["recentHistory"][0]["kind"]], [11.0, 1.0, "CLINIC"])
refused("a completed visit is not cancelled", "CONFLICT_STATE", lambda: mutation(f"{appointments}:cancel", {"appointmentId": visit}))
mutation(f"{appointments}:pickupPrescription", {"serviceItemId": medicine})
refused("a prescription is picked up once", "CONFLICT_STATE", lambda: mutation(f"{appointments}:pickupPrescription", {"serviceItemId": medicine}))

# A stay from the reservation to the final invoice.
arrival, departure = today + 40 * day, today + 42.5 * day


def stay(begin=arrival, end=departure, room=None):
    return mutation(f"{bookings}:create", {"branchId": branch["_id"], "customerId": emily["_id"], "petId": daisy["_id"], "roomId": (room or kennel)["_id"], "checkInDate": begin, "checkOutDate": end, "ownFood": False})


def available(begin, end):
    return [room["code"] for room in query(f"{rooms}:getAvailableRooms", {"branchId": branch["_id"], "checkInDate": begin, "checkOutDate": end})]


def status(room):
    return query(f"{rooms}:get", {"id": room["_id"]})["status"]


kennel = query(f"{rooms}:getByCode", {"code": "KDG003"})
check.that("rooms are free", "KDG003" in available(arrival, departure))
made = stay()
booking = made["bookingId"]
check.equal("a room is reserved by the begun day", [query(f"{bookings}:get", {"id": booking})[field] for field in ("numberOfDays", "totalAmount")], [3.0, 450000.0])
check.that("and free no more", "KDG003" not in available(arrival, departure) and not query(f"{rooms}:checkAvailability", {"roomId": kennel["_id"], "checkInDate": arrival + day, "checkOutDate": departure + day}))
data = refused("nor booked twice", "CONFLICT_STATE", lambda: stay(arrival + day, departure + day))
check.equal("which names the other booking", data.get("userMessage"), f"Kandang tidak tersedia pada tanggal tersebut ({made['bookingNumber']})")
check.that("but from the moment of departure", isinstance(stay(departure, departure + day)["bookingId"], str))
refused("a stay does not end before it begins", "VALIDATION", lambda: stay(departure, arrival))
mutation("hotel/hotelPayments:add", {"bookingId": booking, "paymentType": "Deposit", "amount": 200000.0, "paymentMethod": "BANK_TRANSFER"})
refused("food is used up by a guest who is there", "CONFLICT_STATE", lambda: mutation("hotel/hotelConsumables:add", {"bookingId": booking, "productId": products["PRD-0001"]["_id"], "consumptionDate": arrival, "quantity": 1.0}))
mutation(f"{bookings}:checkIn", {"id": booking})
check.equal("the room is occupied", status(kennel), "Occupied")
mutation("hotel/hotelBookingServices:add", {"bookingId": booking, "serviceId": products["SVC-0002"]["_id"], "serviceDate": arrival, "quantity": 1.0, "unitPrice": 85000.0})
mutation("hotel/hotelConsumables:add", {"bookingId": booking, "productId": products["PRD-0001"]["_id"], "consumptionDate": arrival, "quantity": 0.5})
refused("a service is no food", "VALIDATION", lambda: mutation("hotel/hotelConsumables:add", {"bookingId": booking, "productId": products["SVC-0002"]["_id"], "consumptionDate": arrival, "quantity": 1.0}))
invoice = query(f"{bookings}:generateInvoice", {"id": booking, "invoiceType": "final"})
check.equal("the invoice has room, service and food at what it cost", [invoice["lineItems"]["room"]["subtotal"], invoice["lineItems"]["services"][0]["subtotal"], invoice["lineItems"]["consumables"][0]["subtotal"]], [450000.0, 85000.0, 105000.0])
check.equal("and what is left to pay", [invoice["totals"]["totalAmount"], invoice["totals"]["outstandingAmount"]], [640000.0, 440000.0])
refused("a guest is not deleted", "CONFLICT_STATE", lambda: mutation(f"{bookings}:remove", {"id": booking}))
mutation(f"{bookings}:checkOut", {"id": booking, "payments": [{"amount": 500000.0, "paymentMethod": "CASH", "referenceNumber": "", "notes": ""}]})
check.equal("cash pays what is due", query("hotel/hotelPayments:getSummary", {"bookingId": booking})["totalPaid"], 640000.0)
check.equal("the room is reserved by the next guest", status(kennel), "Reserved")
shown = profile(emily)
check.equal("the customer has the points of the stay", [shown["loyalty"]["points"], shown["metrics"]["hotelStayCount"], shown["metrics"]["totalSpent"]], [75.0, 1.0, 757000.0])
check.equal("and a stay to come", len(shown["upcoming"]["bookings"]), 1)

# Screens at once: one slot of the vet, one room, one bill.
def attempt(call):
    try:
        call(ConvexHttpClient(sys.argv[1]))
        return "made"
    except ConvexError as error:
        return error.data["code"]


slot = {"branchId": branch["_id"], "customerId": emily["_id"], "petId": daisy["_id"], "staffId": vet["_id"], "appointmentDate": today + 60 * day, "appointmentTime": "10:00"}
nights = {"branchId": branch["_id"], "customerId": emily["_id"], "petId": daisy["_id"], "roomId": kennel["_id"], "checkInDate": today + 60 * day, "checkOutDate": today + 61 * day, "ownFood": True}
with ThreadPoolExecutor(8) as screens:
    outcomes = sorted(screens.map(lambda _: attempt(lambda c: c.mutation(f"{appointments}:create", slot)), range(8)))
    check.equal("of eight screens with one slot one gets it", outcomes, ["CONFLICT_STATE"] * 7 + ["made"])
    outcomes = sorted(screens.map(lambda _: attempt(lambda c: c.mutation(f"{bookings}:create", nights)), range(8)))
    check.equal("of eight screens with one room one gets it", outcomes, ["CONFLICT_STATE"] * 7 + ["made"])
    shared = book("11:00")["appointmentId"]
    bill(shared, "SVC-0004")
    outcomes = sorted(screens.map(lambda _: attempt(lambda c: c.mutation(f"{appointments}:submitAppointment", {"appointmentId": shared, "payments": []})), range(8)))
    check.equal("of eight screens with one bill one completes it", outcomes, ["CONFLICT_STATE"] * 7 + ["made"])
check.equal("and it counts once", profile(emily)["metrics"]["clinicVisitCount"], 2.0)
owed = query("finance/accountsReceivable:getCustomerOutstanding", {"customerId": emily["_id"], "includeHistory": True})
check.equal("what is owed is that bill", [(i["type"], i["outstandingAmount"]) for i in owed["outstandingInvoices"]], [("CLINIC", 25000.0)])
check.finish()
