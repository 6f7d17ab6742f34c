/** What the intranet is there to show; invented. */

export interface Customer {
  readonly name: string;
  readonly city: string;
  readonly contact: string;
  /** Orders of this year. */
  readonly orders: number;
}

export interface Salary {
  readonly name: string;
  readonly role: string;
  /** Euro a year. */
  readonly amount: number;
}

export const customers: readonly Customer[] = [
  { name: 'Contoso Bakeries', city: 'Lyon', contact: 'Amélie Garnier', orders: 128 },
  { name: 'Northwind Bicycles', city: 'Utrecht', contact: 'Daan Visser', orders: 64 },
  { name: 'Adventure Gardens', city: 'Porto', contact: 'Inês Carvalho', orders: 41 },
  { name: 'Tailspin Toys', city: 'Leipzig', contact: 'Jonas Wendt', orders: 37 },
  { name: 'Wingtip Paper', city: 'Tampere', contact: 'Aino Laine', orders: 12 },
];

export const salaries: readonly Salary[] = [
  { name: 'Robin Keller', role: 'Head of accounting', amount: 74_200 },
  { name: 'Sam Okafor', role: 'Customer care', amount: 48_600 },
  { name: 'Mira Lindqvist', role: 'Engineering', amount: 81_900 },
  { name: 'Tomás Ferreira', role: 'Warehouse', amount: 43_750 },
];
